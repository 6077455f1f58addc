/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * TCP counts what goes each way over a connection. Where its counter moved by something else than a call did, bytes went where
 * nobody looked (another process that has the socket, io_uring), or the call was on another socket: its descriptor was given
 * away while it waited.
 */
#ifndef MASTHEAD_PROBES_SOCKET_SEQUENCE_H
#define MASTHEAD_PROBES_SOCKET_SEQUENCE_H

#include "socket-file.h"
#include "../maps/state.h"

#define COUNT_UNKNOWN	0	/* how many bytes the call moved: it returned something else */

/* Has the socket such counters? */
static __always_inline int has_sequences(const struct socket_file *s)
{
	struct sock *sk = s->sk;

	return s->family != AF_UNIX && READ_FIELD(sock, sk, sk_protocol) == PROTOCOL_TCP;
}

/* Of a socket that has some. */
static __always_inline __u32 read_sequence(const struct socket_file *s, __u32 direction)
{
	struct tcp_sock *tcp = (void *)s->sk;

	return direction == READ ? READ_FIELD(tcp_sock, tcp, copied_seq) : READ_FIELD(tcp_sock, tcp, write_seq);
}

/*
 * Where bytes of one direction were missed, some of the other may have been, too: then what comes there next is not what is owed. A call that
 * another thread makes just now is taken for a missed one, or, where it takes the mark away, for none.
 */
static __always_inline void look_for_missed(struct direction *d, const struct socket_file *s, __u32 direction)
{
	if (d->has_sequence && read_sequence(s, direction) - d->sequence > 1)	/* a FIN counts as one */
		d->missed = 1;
}

/* Does the call move the bytes that come next? 0: not this socket's. Where some were missed, the direction has lost its place. */
static __always_inline int is_next(struct connection *c, const struct socket_file *s, __u32 direction, __u32 moved)
{
	struct direction *d = &c->directions[direction & 1];
	__u32 sequence, since;
	int known = d->has_sequence && moved != COUNT_UNKNOWN;

	if (!d->has_sequence && !has_sequences(s))
		return 1;
	sequence = read_sequence(s, direction);
	since = sequence - d->sequence;
	d->sequence = sequence;
	d->has_sequence = 1;
	if (!known || since == moved || since == moved + 1)	/* a FIN counts as one */
		return 1;
	d->missed = 1;
	if (since <= moved)
		return 0;
	look_for_missed(&c->directions[(direction & 1) ^ 1], s, direction ^ 1);
	return 1;
}

static __always_inline void note_sequence(struct connection *c, const struct socket_file *s, __u32 direction)
{
	struct direction *d = &c->directions[direction & 1];

	if (!has_sequences(s))
		return;
	d->sequence = read_sequence(s, direction);
	d->has_sequence = 1;
}

/* A connection was made for the call. Where that is the first on the socket, nothing has gone the other way. */
static __always_inline void note_first(const struct connection_key *key, const struct socket_file *s, __u32 direction, int is_first)
{
	struct connection *c = find_connection(key);

	if (!c)
		return;
	note_sequence(c, s, direction);
	if (is_first)
		note_sequence(c, s, direction ^ 1);
}

/*
 * The socket's connection is about to end. What was sent by nobody who was looked at (another process that has the socket, which has closed it by now) is a
 * response that nobody saw, and none that is missing.
 */
static __always_inline void look_for_missed_response(struct connection *c, const struct socket_file *s)
{
	__u32 direction = c->role == ROLE_CLIENT ? READ : WRITE;
	struct sock *sk = s->sk;

	if (!READ_FIELD(sock, sk, __sk_common.skc_dport))	/* it was disconnected (connect to AF_UNSPEC), which sets the counters, too */
		return;
	look_for_missed(&c->directions[direction], s, direction);
}

#endif
