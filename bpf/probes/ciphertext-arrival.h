/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * When a request came whose ciphertext was received before its plaintext is seen.
 * A library that takes it from memory: it is told only of a connection whose socket is known (socket-tie.h), where the library had
 * nothing left before and was given the bytes of one receive since; so these bytes carry what it returns.
 * Go receives ahead, but only where it has no plaintext left and no whole record: what it copies first after a receive that began
 * with a record, and came at once, is of that receive.
 */
#ifndef MASTHEAD_PROBES_CIPHERTEXT_ARRIVAL_H
#define MASTHEAD_PROBES_CIPHERTEXT_ARRIVAL_H

#include "measure.h"

#define RECORD_HEADER_BYTES	5
#define RECORD_APPLICATION_DATA	23	/* RFC 8446 section 5.1 */
#define RECORD_LEGACY_MAJOR	3
#define RECORD_LEGACY_MINOR_MAX	3
#define CIPHERTEXT_MAX_BYTES	(16384 + 2048)	/* RFC 5246 section 6.2.3; less by RFC 8446 */

/* How long is the TLS record with application data that begins here? 0: none does. */
verified_alone int record_at(__u64 user)
{
	__u8 header[RECORD_HEADER_BYTES];
	__u32 length;

	if (!user || bpf_probe_read_user(header, sizeof(header), (void *)user) || header[0] != RECORD_APPLICATION_DATA ||
	    header[1] != RECORD_LEGACY_MAJOR || header[2] > RECORD_LEGACY_MINOR_MAX)
		return 0;
	length = header[3] << 8 | header[4];
	return length <= CIPHERTEXT_MAX_BYTES ? RECORD_HEADER_BYTES + length : 0;
}

/* The thread received this much ciphertext, at `user`; 0: it is not known where. */
static __always_inline void note_ciphertext_arrival(const struct thread *thread, struct strange_socket *socket, __u64 user,
						    __u32 received)
{
	__u32 length = thread->arrived_bytes ? record_at(user) : 0;
	int is_known = length && (length == received || thread->arrived_bytes >= received);	/* of several, which begins the request is not known */

	socket->arrived_ns = is_known ? thread->arrived_ns : 0;
	add_atomically(&socket->receives, 1);
}

/* The library was asked for plaintext of this connection and gave so much, without a socket of its own. */
verified_alone int take_ciphertext_arrival(struct thread *thread, __u64 ssl, __u32 process, __u32 size)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c = find_connection(&key);
	struct strange_socket *socket;
	int was_drained;

	if (!c || !thread)
		return 0;
	was_drained = c->is_drained;
	c->is_drained = !size;
	if (!moves_own_ciphertext(c))
		return 0;
	key.ssl = c->tied_to;
	socket = bpf_map_lookup_elem(&strange_sockets, &key);
	if (!socket)
		return 0;
	if (!size) {
		socket->receives = 0;
		return 0;
	}
	if (was_drained && socket->receives == 1 && socket->arrived_ns) {
		thread->arrived_ns = socket->arrived_ns;
		thread->arrived_bytes = 1;
	}
	return 0;
}

/* Go copies plaintext of the connection that is on this socket, noted in a claimed work area. */
static __always_inline void take_go_arrival(struct work *w, __u64 handle)
{
	struct connection_key key = { .ssl = handle, .process = w->process };
	struct strange_socket *socket = bpf_map_lookup_elem(&strange_sockets, &key);

	if (!socket || !socket->arrived_ns)
		return;
	w->measured.arrived_ns = socket->arrived_ns;
	w->measured.arrived_bytes = 1;
	socket->arrived_ns = 0;	/* what comes next of this record began later, or with it */
}

#endif
