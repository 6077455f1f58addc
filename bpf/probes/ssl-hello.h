/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which socket a connection is on whose library does not touch one itself, by the handshake: the client hello that begins a socket's ciphertext has a
 * random (RFC 8446 section 4.1.2) that the library keeps with the connection, at both ends. It says so for certain, in whatever order a
 * program moves plaintext and ciphertext; asyncio's clients on anyio (httpx) move that of several connections at once.
 */
#ifndef MASTHEAD_PROBES_SSL_HELLO_H
#define MASTHEAD_PROBES_SSL_HELLO_H

#include "ssl-unseen.h"

#define RECORD_HANDSHAKE	22
#define CLIENT_HELLO		1
#define HELLO_TYPE_AT		5	/* behind the record's header */
#define HELLO_RANDOM_END	43	/* behind that: type, length and version, and the random of 32 bytes, of which the last eight count: some begin with the time */

/* In the cookie of a handshake: where the library has them, from the connection or, with the second, from what that points to there. 0: nobody knows. */
#define HELLO_AT(cookie) ((__u32)((cookie) >> 16) & 0xffff)
#define HELLO_STATE_AT(cookie) ((__u32)((cookie) >> 32) & 0xffff)
#define HELLO_DIRECTION(cookie) ((cookie) >> 48 & 1)	/* WRITE: the client's */

/* Both ends may be the same process's: one has written it, the other read it. */
static __always_inline __u64 hello_of(__u64 random, __u64 direction)
{
	return (random & ~1ULL) | direction;
}

/* The first bytes of TLS on a socket. By itself, for its stack. */
verified_alone int note_hello(__u64 handle, __u32 process, __u32 direction, __u64 user, __u32 size)
{
	struct connection_key key = { .ssl = handle, .process = process };
	struct strange_socket *socket;
	struct hello_key hello = { .process = process };
	__u8 head[HELLO_TYPE_AT + 1];

	if (!user || size < HELLO_RANDOM_END || bpf_probe_read_user(head, sizeof(head), (void *)user) || head[0] != RECORD_HANDSHAKE ||
	    head[HELLO_TYPE_AT] != CLIENT_HELLO ||
	    bpf_probe_read_user(&hello.hello, sizeof(hello.hello), (void *)(user + HELLO_RANDOM_END - sizeof(hello.hello))))
		return 0;
	socket = bpf_map_lookup_elem(&strange_sockets, &key);
	if (!socket)
		return 0;
	hello.hello = hello_of(hello.hello, direction & 1);
	socket->hello = hello.hello;
	bpf_map_update_elem(&hellos, &hello, &handle, BPF_ANY);
	if (!bpf_map_lookup_elem(&strange_sockets, &key))	/* closed meanwhile, by another thread */
		bpf_map_delete_elem(&hellos, &hello);
	return 0;
}

/* What the library has of the connection's client hello; 0: nothing yet, or it is not to be had. */
static __always_inline __u64 read_hello(__u64 ssl, __u64 cookie)
{
	__u64 state = ssl, hello = 0;

	if (!HELLO_AT(cookie) ||
	    (HELLO_STATE_AT(cookie) && bpf_probe_read_user(&state, sizeof(state), (void *)(ssl + HELLO_STATE_AT(cookie)))) ||
	    bpf_probe_read_user(&hello, sizeof(hello), (void *)(state + HELLO_AT(cookie))))
		return 0;
	return hello ? hello_of(hello, HELLO_DIRECTION(cookie)) : 0;
}

/* A part of a handshake is over, in which the library touched no socket of its own. By itself, for its stack. */
verified_alone int tell_by_hello(__u64 ssl, __u32 process, __u32 source, __u64 cookie)
{
	struct hello_key hello = { .hello = read_hello(ssl, cookie), .process = process };
	struct connection_key key = { .ssl = ssl, .process = process };
	struct strange_socket *socket;
	struct connection *c;
	__u64 *handle;

	if (!hello.hello)
		return 0;
	ensure_connection(ssl, process, source);
	c = claim_connection(&key);
	if (!c)
		return 0;
	handle = c->socket.family ? 0 : bpf_map_lookup_elem(&hellos, &hello);
	if (!c->hello || handle)	/* one that negotiates anew does so within TLS, and its socket began with the first */
		c->hello = hello.hello;
	if (handle) {
		key.ssl = *handle;
		socket = bpf_map_lookup_elem(&strange_sockets, &key);
		if (socket && socket->hello == hello.hello && socket->socket.family) {
			tell_socket(c, &socket->socket, TIE_HANDSHAKE);
			c->tied_to = key.ssl;
			socket->ssl = ssl;
		}
	}
	release(&c->busy);
	return 0;
}

#endif
