/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which side ended a connection on which an exchange was open? A client that gives up, or stops reading where its own format ends (`data: [DONE]`, the last
 * bracket) with the last chunk unread, is another matter than a server that breaks off. A client ends it where something lies unread, or where it has seen no
 * end of the server's side: that of TCP, which its socket tells, and with TLS that of TLS, which comes first. At a server it was the client that ended its side.
 */
#ifndef MASTHEAD_PROBES_LEFT_CONNECTION_H
#define MASTHEAD_PROBES_LEFT_CONNECTION_H

#include "../lib/connection-end.h"
#include "socket-sequence.h"
#include "ssl-own-socket.h"

#define RECEIVE_SHUTDOWN	1	/* RCV_SHUTDOWN */
enum { TCP_ESTABLISHED = 1, TCP_FIN_WAIT1 = 4, TCP_FIN_WAIT2 = 5 };	/* in which TCP waits for the peer to end its side (RFC 9293 section 3.3.2) */
enum { TLS_SHUTDOWN_SENT = 1, TLS_SHUTDOWN_RECEIVED = 2 };	/* SSL_SENT_SHUTDOWN, SSL_RECEIVED_SHUTDOWN */

/* In the cookie of a handshake: where the library notes which side ended a connection, in words of four bytes. 0: not known. */
#define SHUTDOWN_AT(cookie)	((__u32)((cookie) >> 49 & 0x7fff) * 4)

/* Of TCP alone that is told. */
static __always_inline int has_unread_bytes(const struct socket_file *s)
{
	struct tcp_sock *tcp = (void *)s->sk;

	return has_sequences(s) && READ_FIELD(tcp_sock, tcp, rcv_nxt) - READ_FIELD(tcp_sock, tcp, copied_seq) > 1;	/* a FIN counts as one */
}

/* Has the peer ended its side, or reset the connection? That this side was ended here says nothing. */
static __always_inline int has_peer_ended(const struct socket_file *s)
{
	struct sock *sk = s->sk;

	if (!has_sequences(s))
		return READ_FIELD(sock, sk, sk_shutdown) & RECEIVE_SHUTDOWN;
	switch (READ_FIELD(sock, sk, __sk_common.skc_state)) {
	case TCP_ESTABLISHED:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		return 0;
	default:
		return 1;
	}
}

/* Which sides of a TLS object have ended TLS. Both, where it is not known: that says nothing of who was first. */
static __always_inline __u32 ended_sides(const struct connection *c)
{
	__u32 ended = 0;

	if (!c->shutdown_at || bpf_probe_read_user(&ended, sizeof(ended), (void *)(c->key.ssl + c->shutdown_at)))
		return TLS_SHUTDOWN_SENT | TLS_SHUTDOWN_RECEIVED;
	return ended & (TLS_SHUTDOWN_SENT | TLS_SHUTDOWN_RECEIVED);
}

/* Has the client seen no end of what the server sends? That of TLS may be there before that of TCP. */
static __always_inline int has_seen_no_end(const struct connection *c, const struct socket_file *s)
{
	if (has_peer_ended(s))
		return 0;
	return c->key.ssl & SOCKET_HANDLE || !(ended_sides(c) & TLS_SHUTDOWN_RECEIVED);
}

/* Has the client ended its side before the server did? */
static __always_inline int has_client_ended(const struct connection *c, const struct socket_file *s)
{
	if (has_peer_ended(s) && !c->ended_here)
		return 1;
	return !(c->key.ssl & SOCKET_HANDLE) && ended_sides(c) == TLS_SHUTDOWN_RECEIVED;
}

/* Why a connection ends that its process ends. What a program marks as ended in TLS by itself says nothing of a client (nginx does so). */
static __always_inline __u8 reason_of_close(const struct connection *c, const struct socket_file *s)
{
	if (!has_open_exchange(c))
		return END_CLOSED;
	if (c->role == ROLE_SERVER)
		return has_client_ended(c, s) ? END_LEFT : END_CLOSED;
	return has_unread_bytes(s) || has_seen_no_end(c, s) ? END_LEFT : END_CLOSED;
}

/* A TLS object's own descriptor may be another file's by the time the object is freed. */
static __always_inline int is_socket_of(const struct connection *c, const struct socket_file *s)
{
	struct record_socket socket ON_STACK;

	socket.family = 0;
	read_socket(s->sk, 0, &socket);
	return socket.family && is_same_socket(&socket, &c->socket);
}

/* The socket of a TLS object that is freed: the library's own, else the one that is known to carry its ciphertext. */
static __always_inline int find_socket_of_freed(const struct connection *c, __u64 cookie, struct socket_file *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .ssl = c->tied_to, .process = task->tgid };
	int descriptor = own_descriptor(c->key.ssl, cookie);
	struct strange_socket *socket;

	if (descriptor >= 0)
		return find_socket(task, descriptor, s) && is_socket_of(c, s);
	socket = moves_own_ciphertext(c) ? bpf_map_lookup_elem(&strange_sockets, &key) : 0;
	return socket && find_socket(task, socket->descriptor, s) && (s->inode | SOCKET_HANDLE) == key.ssl;
}

/* What tells the end of TLS is in the object, which may outlive its socket: where, a handshake says. */
static __always_inline void note_shutdown_at(const struct connection_key *key, __u64 cookie)
{
	struct connection *c = SHUTDOWN_AT(cookie) ? find_connection(key) : 0;

	if (c)
		c->shutdown_at = SHUTDOWN_AT(cookie);
}

/* Why a connection ends whose TLS object is freed. By itself, for its stack. */
verified_alone int reason_of_free(struct connection *c, __u64 cookie)
{
	struct socket_file s;

	return c && has_open_exchange(c) && find_socket_of_freed(c, cookie, &s) ? reason_of_close(c, &s) : END_CLOSED;
}

#endif
