/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Streams that are not HTTP, or not in clear: recognised by what they begin with, given up after some calls. */
#ifndef MASTHEAD_PROBES_SOCKET_STRANGE_H
#define MASTHEAD_PROBES_SOCKET_STRANGE_H

#include "proxy-header.h"
#include "socket-sequence.h"
#include "ssl-hello.h"

enum beginning { BEGINS_STRANGE, BEGINS_TLS, MAY_BEGIN_HEAD, BEGINS_PROXY, BEGINS_NOTHING };

#define BEGINNING_BYTES 16

/*
 * What the first bytes on a connection look like: a request's method (in capitals, as all that are registered) and a space, or
 * "HTTP/1.", as far as they are there; or a TLS record (RFC 8446 section 5.1), whose plaintext is seen elsewhere or not at all.
 */
static __always_inline int judge_beginning(const __u8 *bytes, __u32 size)
{
	__u64 word, known;
	int in_method = 0;

	if (bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3)
		return BEGINS_TLS;
	if (begins_proxy_line(bytes, size) || begins_proxy_binary(bytes, size))
		return BEGINS_PROXY;
	__builtin_memcpy(&word, bytes, sizeof(word));
	known = size >= 7 ? SEVEN_BYTES : (1ULL << (8 * size)) - 1;
	if (!((word ^ VERSION_1) & known))
		return MAY_BEGIN_HEAD;
	for (__u32 i = 0; i < BEGINNING_BYTES; i++) {
		if (i >= size)
			return in_method ? MAY_BEGIN_HEAD : BEGINS_NOTHING;
		if (in_method && bytes[i] == ' ')
			return MAY_BEGIN_HEAD;
		if (!in_method && (bytes[i] == '\r' || bytes[i] == '\n'))	/* empty lines, which servers pass over (RFC 9112 section 2.2) */
			continue;
		in_method = 1;
		if ((bytes[i] < 'A' || bytes[i] > 'Z') && bytes[i] != '-' && bytes[i] != '_')
			return BEGINS_STRANGE;
	}
	return BEGINS_STRANGE;
}

verified_alone int beginning_of(__u64 user, __u32 size)
{
	__u8 bytes[2 * BEGINNING_BYTES] = {};	/* of a mask Linux 6.1 knows what it leaves, whatever a compiler makes of it, and not of a comparison */
	int beginning = BEGINS_STRANGE;

	size = at_most(size, BEGINNING_BYTES);
	if (user && !bpf_probe_read_user(bytes, masked(size, sizeof(bytes) - 1), (void *)user))
		beginning = judge_beginning(bytes, size);
	clear_bytes(bytes);
	return beginning;
}

/*
 * By itself, as `strange` takes room on the stack. handle: of the socket; descriptor: one of the current process. Not the key by its address: what a
 * function that is verified alone is handed is no key to a map before Linux 6.2.
 */
verified_alone int note_strange(__u64 handle, __u32 process_id, __u32 descriptor, __u32 calls_left, int is_tls)
{
	struct connection_key key = { .ssl = handle, .process = process_id };
	struct strange_socket strange = { .calls_left = calls_left, .is_tls = is_tls, .descriptor = descriptor }, *noted;
	struct process *process = bpf_map_lookup_elem(&processes, &process_id);
	struct socket_file s;

	if (!process || process->strange_sockets >= entries_of(&strange_sockets) / 2)	/* no process takes all the room */
		return 0;
	if (bpf_map_update_elem(&strange_sockets, &key, &strange, BPF_NOEXIST))
		return 0;
	add_atomically(&process->strange_sockets, 1);
	noted = is_tls ? bpf_map_lookup_elem(&strange_sockets, &key) : 0;
	if (noted && find_socket(bpf_get_current_task_btf(), descriptor, &s) && (s.inode | SOCKET_HANDLE) == handle)
		read_socket(s.sk, 0, &noted->socket);
	return 0;
}

static __always_inline int forget_strange(const struct connection_key *key)
{
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);

	if (delete_strange(key))
		return 0;
	if (process)
		add_atomically(&process->strange_sockets, -1);
	return 1;
}

/* The call begins TLS on this socket. */
static __always_inline void note_tls(const struct connection_key *key, __u32 descriptor, const struct work *w)
{
	note_strange(key->ssl, key->process, descriptor, 0, 1);
	note_hello(key->ssl, key->process, w->direction, w->user, w->size);
}

/* How many calls on a socket that has carried no head so far are looked at. */
static __always_inline __u32 patience_with(const struct socket_file *s, __u32 direction, __u32 moved)
{
	if (s->family == AF_UNIX)
		return PATIENCE_UNIX;
	return has_sequences(s) && is_fresh(s, direction, moved) ? PATIENCE_FRESH : PATIENCE;
}

static __always_inline int beginning_of_call(struct work *w)
{
	for (int i = 0; i < 3 && !w->size; i++)
		next_part(w);
	return beginning_of(w->user, w->size);
}

/* What a connection begins with that nothing has passed of, but for a proxy's header, which is taken off the call. */
static __always_inline int beginning_of_connection(struct work *w)
{
	int beginning = beginning_of_call(w);
	__u32 proxys;

	if (beginning != BEGINS_PROXY)
		return beginning;
	proxys = proxy_header_bytes(w->user, w->size);
	if (!proxys || proxys > w->size)
		return BEGINS_STRANGE;	/* in pieces: what comes is looked at again */
	w->user += proxys;
	w->size -= proxys;
	if (!w->size && !w->left && !w->messages_left)
		return BEGINS_NOTHING;
	return beginning_of_call(w);
}

/* Does the kernel encrypt and decrypt what passes? Then it is seen where a TLS library is asked for it, as on a socket that was seen to begin with TLS. */
static __always_inline int has_tls_in_kernel(const struct socket_file *s)
{
	struct inet_connection_sock *connection = (void *)s->sk;
	const struct tcp_ulp_ops *protocol = has_sequences(s) ? READ_FIELD(inet_connection_sock, connection, icsk_ulp_ops) : 0;

	return protocol && READ_FIELD(tcp_ulp_ops, protocol, name[0]) == 't';	/* "tls"; the others are "mptcp" and "smc" */
}

/*
 * The first call on a socket that is worth a connection: 1. Most streams of a host are not HTTP, and take no room in
 * `connections`.
 */
static __always_inline int begins_connection(struct work *w, const struct connection_key *key, const struct socket_file *s,
					     struct strange_socket *strange, __u32 moved)
{
	__u32 left = strange ? strange->calls_left : 0;
	int beginning = beginning_of_connection(w);

	if (beginning == BEGINS_NOTHING && !strange)	/* programs that are no servers write empty lines, too */
		return 0;
	if (beginning == MAY_BEGIN_HEAD && has_tls_in_kernel(s))
		beginning = BEGINS_TLS;
	if (beginning == MAY_BEGIN_HEAD) {
		w->patience = patience_with(s, w->direction, moved);
		if (strange)
			forget_strange(key);
		return 1;
	}
	if (beginning == BEGINS_TLS) {
		if (strange)
			forget_strange(key);
		note_tls(key, s->descriptor, w);
	} else if (!strange) {
		note_strange(key->ssl, key->process, s->descriptor, patience_with(s, w->direction, moved), 0);
	} else if (left) {	/* of two calls at once, one counts */
		compare_and_swap(&strange->calls_left, left, left - 1);
	}
	return 0;
}

/* TLS begins in a tunnel: 1. The connection that made the tunnel has ended, and the socket is one of ciphertext. */
static __always_inline int is_tls_in_tunnel(struct work *w, struct connection *c, const struct connection_key *key,
					    const struct socket_file *s)
{
	if (c->directions[w->direction & 1].state != STATE_TUNNEL || beginning_of_call(w) != BEGINS_TLS)
		return 0;
	c = claim_connection(key);
	if (!c)
		return 0;
	note_tls(key, s->descriptor, w);
	end_measured_connection(c, key, END_CLOSED);
	return 1;
}

/* The connection turned out to speak no HTTP, and makes room. */
static __always_inline void settle_strange(const struct connection_key *key, __u32 descriptor)
{
	struct connection *c = find_connection(key);

	if (!c || c->reported || c->directions[READ].state != STATE_IGNORE || c->directions[WRITE].state != STATE_IGNORE)
		return;
	c = claim_connection(key);
	if (!c)
		return;
	note_strange(key->ssl, key->process, descriptor, 0, 0);
	end_measured_connection(c, key, END_CLOSED);
}

#endif
