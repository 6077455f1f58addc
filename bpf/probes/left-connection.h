/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Does a client end its connection, or did the server? Both leave a response in chunks that has no end: where a server breaks off it is not whole,
 * while many a client stops reading where its own format ends (`data: [DONE]`, the last bracket) and leaves the last chunk unread.
 */
#ifndef MASTHEAD_PROBES_LEFT_CONNECTION_H
#define MASTHEAD_PROBES_LEFT_CONNECTION_H

#include "../lib/connection-end.h"
#include "socket-sequence.h"
#include "ssl-own-socket.h"

#define RECEIVE_SHUTDOWN	1	/* RCV_SHUTDOWN: the peer ended its side, or reset the connection */

/* The peer may still send, or what it sent lies unread: of TCP alone that is told. */
static __always_inline int has_more_to_read(const struct socket_file *s)
{
	struct sock *sk = s->sk;
	struct tcp_sock *tcp = (void *)sk;

	if (!(READ_FIELD(sock, sk, sk_shutdown) & RECEIVE_SHUTDOWN))
		return 1;
	return has_sequences(s) && READ_FIELD(tcp_sock, tcp, rcv_nxt) - READ_FIELD(tcp_sock, tcp, copied_seq) > 1;	/* a FIN counts as one */
}

/* Why a connection ends whose socket is closed. */
static __always_inline __u8 reason_of_close(const struct connection *c, const struct socket_file *s)
{
	return is_between_chunks(c) && has_more_to_read(s) ? END_LEFT : END_CLOSED;
}

/* The socket of a TLS object that is freed: the library's own, else the one that is known to carry its ciphertext. */
static __always_inline int find_socket_of_freed(const struct connection *c, __u64 ssl, __u64 cookie, struct socket_file *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .ssl = c->tied_to, .process = task->tgid };
	struct strange_socket *socket;
	int descriptor = own_descriptor(ssl, cookie);

	if (descriptor >= 0)
		return find_socket(task, descriptor, s);
	socket = key.ssl ? bpf_map_lookup_elem(&strange_sockets, &key) : 0;
	return socket && find_socket(task, socket->descriptor, s) && (s->inode | SOCKET_HANDLE) == key.ssl;
}

/* Why a connection ends whose TLS object is freed. By itself, for its stack. */
verified_alone int reason_of_free(struct connection *c, __u64 ssl, __u64 cookie)
{
	struct socket_file s;

	return c && is_between_chunks(c) && find_socket_of_freed(c, ssl, cookie, &s) && has_more_to_read(&s) ? END_LEFT : END_CLOSED;
}

#endif
