/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which socket a connection is on whose library does not touch one itself: the program reads ciphertext from a socket and
 * hands it to the library, and the other way round (Node, asyncio). A thread does one after the other for one connection, so
 * the socket it read from just before plaintext came out, and the one it wrote to just after plaintext went in, are that of
 * the connection. One of them is an assumption; where both name the same socket it is believed. Where the handshakes of both were seen, that
 * of the connection and that of the socket, they say it for certain (ssl-hello.h), and nothing is assumed.
 */
#ifndef MASTHEAD_PROBES_SOCKET_TIE_H
#define MASTHEAD_PROBES_SOCKET_TIE_H

#include "ciphertext-arrival.h"
#include "socket.h"
#include "ssl-unseen.h"

/* A call on the connection seems to be on this socket. 1: one in the other direction said the same. */
static __always_inline int agree_on_socket(struct connection *c, __u64 handle, __u8 direction)
{
	if (c->tied_to == handle && c->tied_by != direction)
		return 1;
	if (c->tied_to && c->tied_to != handle)
		count(COUNTER_TIE_MISMATCHES);
	c->tied_to = handle;
	c->tied_by = direction;
	return 0;
}

/* The ciphertext that the thread read last is that of the first connection which a library is asked for after that. */
static __always_inline int is_read_for(struct thread *thread, __u64 ssl)
{
	if (!thread->read_for)
		thread->read_for = ssl;
	return thread->read_for == ssl && thread->read_from > MIXED_CIPHERTEXT;
}

/* May this socket carry the connection's ciphertext, by what is known of both? */
static __always_inline int may_carry(const struct strange_socket *socket, const struct connection *c)
{
	return c->hello && socket->hello ? c->hello == socket->hello : !socket->ssl || socket->ssl == c->key.ssl;
}

/* The connection took plaintext of the program's, or (has_bytes 0) may have some of its own to write. */
static __always_inline void note_written_for(struct thread *thread, __u64 ssl, int has_bytes)
{
	int is_mixed = has_bytes && thread->wrote_bytes && thread->wrote_for && thread->wrote_for != ssl;

	thread->wrote_for = is_mixed ? MIXED_CIPHERTEXT : ssl;
	thread->wrote_bytes = has_bytes;
}

/*
 * The library gave plaintext of this connection on this thread, or found none, and read from no socket for that. The connection's socket, where
 * it is known only now; else NULL. A handshake tells it too, so the connection is there from now on. c: what the key names, as far as the caller saw.
 */
static __always_inline const struct record_socket *tie_read(struct thread *thread, const struct connection_key *connection_key,
							    struct connection *c, __u32 source)
{
	struct connection_key key = *connection_key;
	struct strange_socket *socket;

	if (!c) {
		ensure_connection(key.ssl, key.process, source);
		c = find_connection(&key);
	}
	if (!c)
		return 0;
	if (c->socket.family) {
		thread->read_is_tied = 1;
		return 0;
	}
	key.ssl = thread->read_from;
	socket = bpf_map_lookup_elem(&strange_sockets, &key);
	if (!socket || !may_carry(socket, c) || !agree_on_socket(c, thread->read_from, READ))
		return 0;
	socket->ssl = connection_key->ssl;
	return &socket->socket;
}

/* A handshake tells which socket the connection is on, before a byte of it is seen. */
verified_alone int tell_early(__u64 ssl, __u32 process, __u32 source, const struct record_socket *socket, __u32 tie)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c;

	ensure_connection(ssl, process, source);
	c = claim_connection(&key);
	if (!c)
		return 0;
	if (socket && !c->socket.family)
		tell_socket(c, socket, tie);
	release(&c->busy);
	return 0;
}

/* The thread read something else from a socket, or wrote some to it: what comes next says nothing of the ciphertext before it. */
static __always_inline void note_no_ciphertext(struct thread *thread, __u32 direction)
{
	if (direction == WRITE)
		thread->wrote_for = 0;
	else if (thread->read_from)
		thread->read_from = NO_CIPHERTEXT;
}

static __always_inline void note_ciphertext_read(struct thread *thread, __u64 handle)
{
	int is_mixed = !thread->read_for && thread->read_from > NO_CIPHERTEXT && thread->read_from != handle;

	thread->read_from = is_mixed ? MIXED_CIPHERTEXT : handle;
	thread->read_for = 0;
	thread->read_is_tied = 0;
	thread->ciphertext_reads++;
}

/* One more call on a socket that carries TLS. 1: it was that, and nothing of it needs the socket to be looked up. */
static __always_inline int pass_ciphertext(struct thread *thread, const struct connection_key *key, __u32 direction)
{
	if (!thread->knows_ciphertext || (direction == READ ? thread->wants & TIMING_ARRIVAL : thread->wrote_for) || !is_passed(key, PASSED_AS_TLS))
		return 0;
	if (direction == READ)
		note_ciphertext_read(thread, key->ssl);
	return 1;
}

/* The thread read ciphertext from this socket, so much and at `user` (0: not known where), or wrote some to it. */
static __always_inline void note_ciphertext(struct thread *thread, const struct connection_key *socket_key,
					    struct strange_socket *socket, __u32 direction, __u64 user, __u32 moved)
{
	struct connection_key key = { .ssl = thread->wrote_for, .process = socket_key->process };
	struct connection *c;

	remember_passed(socket_key, PASSED_AS_TLS);
	thread->knows_ciphertext = 1;
	if (direction == READ) {
		note_ciphertext_read(thread, socket_key->ssl);
		if (thread->wants & TIMING_ARRIVAL)
			note_ciphertext_arrival(thread, socket, user, moved);
		return;
	}
	if (!thread->wrote_for)
		return;
	thread->wrote_for = 0;
	c = find_connection(&key);
	if (!c || c->socket.family || !may_carry(socket, c) || !agree_on_socket(c, socket_key->ssl, WRITE))
		return;
	c = claim_connection(&key);
	if (!c)
		return;
	tell_socket(c, &socket->socket, TIE_ORDER);
	socket->ssl = key.ssl;
	release(&c->busy);
}

#endif
