/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a probe's cookie says of its site, and the way of bytes that a TLS library gave or took into the parser. */
#ifndef MASTHEAD_PROBES_SSL_BYTES_H
#define MASTHEAD_PROBES_SSL_BYTES_H

#include "measure.h"
#include "target.h"

static __always_inline struct site site_in(__u64 cookie)
{
	return (struct site){ .function = cookie, .source = cookie >> 8 };
}

static __always_inline struct site site_of(void *context)
{
	return site_in(bpf_get_attach_cookie(context));
}

static __always_inline int is_read(__u8 function)
{
	return function == SITE_READ || function == SITE_READ_EX || function == SITE_READ_COPY || function == SITE_WAITING_READ ||
	       function == SITE_GO_READ_COPY || function == SITE_GO_READ_RETURN;
}

/* The others only write what was handed over before, or make a connection. */
static __always_inline int hands_over_bytes(__u8 function)
{
	return function != SITE_FLUSH && function != SITE_HANDSHAKE;
}

/* May ciphertext be read during the call? */
static __always_inline int may_read(__u8 function)
{
	return is_read(function) || function == SITE_HANDSHAKE;
}

/* A claimed work area with the bytes of a call that succeeded, and no socket; NULL: there is none. begun_ns: as in place_in_time(). */
static __always_inline struct work *place_call(const struct connection_key *key, __u64 buffer, __u32 size, struct site site,
					       __u64 begun_ns, const struct executable *executable, struct out **o)
{
	__u32 direction = is_read(site.function) ? READ : WRITE;
	struct work *w = claim_work(o);

	if (!w || !*o) {
		miss_call(key->ssl, key->process, direction, buffer, size);
		return 0;
	}
	w->user = buffer;
	w->size = size;
	w->earlier = w->left = w->messages_left = w->discarded = 0;
	w->patience = PATIENCE;
	w->direction = direction;
	place_in_time(w, begun_ns, 0);
	w->process = key->process;
	w->source = site.source;
	w->executable = *executable;
	w->socket.family = 0;
	return w;
}

/*
 * The bytes of a call that succeeded. begun_ns: as in place_in_time(). socket: that it was told; NULL: none. thread: that made the
 * whole call; NULL: another one began it, or it is not known. c: what the key names, as far as the caller saw.
 */
static __always_inline void take_bytes(const struct connection_key *key, __u64 buffer, __u32 size, struct site site, __u64 begun_ns,
				       const struct executable *executable, const struct record_socket *socket, __u32 tie,
				       struct thread *thread, struct connection *c)
{
	struct out *o = 0;
	struct work *w;

	if (c && is_unasked(c))
		return;
	w = place_call(key, buffer, size, site, begun_ns, executable, &o);
	if (!w || !o)
		return;
	w->tie = tie;
	if (socket && socket->family)
		copy_words(&w->socket, socket, sizeof(w->socket));
	if (thread && thread->wants)
		measure_call(w, bpf_get_current_task_btf(), thread);
	observe(w, o, key, c);
	if (thread && w->measured.wants)
		settle_measured(w, thread);
	release(&w->busy);
}

#endif
