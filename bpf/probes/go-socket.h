/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The socket of a Go connection, from what the program itself keeps of it. */
#ifndef MASTHEAD_PROBES_GO_SOCKET_H
#define MASTHEAD_PROBES_GO_SOCKET_H

#include "go-calling.h"
#include "left-connection.h"
#include "measure.h"
#include "socket-file.h"

/* Where the program has net.(*TCPConn).Close. Of one that has none, an address that no method is at. */
static __always_inline __u64 tcp_close_of(struct pt_regs *regs, struct go_site site)
{
	return site.tcp_close_at ? INSTRUCTION(regs) + site.tcp_close_at : ~0ULL;
}

/* An interface value. */
struct go_interface {
	__u64 table, data;
};
#define TABLE_METHODS		24	/* runtime.itab: the methods by name, so net.Conn's Close is the first. Since Go 1.10 */
#define WRAPPINGS_MAX		3

/* internal/poll.FD, first in net.netFD. Before Go 1.9 net.netFD began so itself. */
struct go_descriptor {
	__u64 state;
	__u32 semaphores[2];
	__u64 descriptor;
};
#define DESCRIPTOR_CLOSED	1

/*
 * The socket of a tls.Conn, by its first field, a net.Conn: a *net.TCPConn, or a struct that embeds a net.Conn as its own
 * first field. That it is one is known by its Close. Anything else has none. descriptor_at: where the program keeps its descriptor. Returns by how many
 * steps it was found, 0: not.
 */
static __always_inline int find_go_socket(struct task_struct *task, __u64 connection, __u64 tcp_close, struct socket_file *s, __u64 *descriptor_at)
{
	__u64 at = connection, method = 0;
	struct go_interface transport;
	struct go_descriptor d;
	int wrappings;

	for (wrappings = 0; wrappings < WRAPPINGS_MAX; wrappings++) {
		if (bpf_probe_read_user(&transport, sizeof(transport), (void *)at) ||
		    bpf_probe_read_user(&method, sizeof(method), (void *)(transport.table + TABLE_METHODS)))
			return 0;
		at = transport.data;
		if (method == tcp_close)
			break;
	}
	if (method != tcp_close || bpf_probe_read_user(&at, sizeof(at), (void *)at) ||
	    bpf_probe_read_user(&d, sizeof(d), (void *)at) || (d.state & DESCRIPTOR_CLOSED) ||
	    !find_socket(task, d.descriptor, s))
		return 0;
	*descriptor_at = at;
	return wrappings + 1;
}

/* Go marks a descriptor as closed before the number can become another's: one that is not marked afterwards was right all the time. */
static __always_inline int is_go_socket_open(__u64 descriptor_at)
{
	__u64 state;

	return !bpf_probe_read_user(&state, sizeof(state), (void *)descriptor_at) && !(state & DESCRIPTOR_CLOSED);
}

/*
 * measured: where the state of the network is noted too, if it is asked for; NULL: nothing is. Returns the socket's handle, where nothing stands
 * between it and the connection that might receive ahead; else 0.
 */
static __noinline __u64 read_go_socket(struct task_struct *task, __u64 connection, __u64 tcp_close, struct record_socket *socket, struct thread *measured)
{
	struct socket_file s;
	__u64 descriptor_at;
	int steps;

	socket->family = 0;
	if (measured)
		measured->network_known = 0;
	steps = find_go_socket(task, connection, tcp_close, &s, &descriptor_at);
	if (!steps)
		return 0;
	read_socket(s.sk, 0, socket);
	if (measured && (measured->wants & TIMING_NETWORK))
		read_network(s.sk, measured);
	if (!is_go_socket_open(descriptor_at)) {
		socket->family = 0;
		if (measured)
			measured->network_known = 0;
	}
	return socket->family && steps == 1 ? s.inode | SOCKET_HANDLE : 0;
}

/* Why a connection ends that the program closes. Whether the peer ended TLS is not known, so of a client only what lies unread tells that it left. */
static __noinline __u8 reason_of_go_close(const struct connection *c, struct task_struct *task, __u64 tcp_close)
{
	struct socket_file s;
	__u64 descriptor_at;

	__u8 reason;

	if (!has_open_exchange(c) || !find_go_socket(task, c->key.ssl, tcp_close, &s, &descriptor_at))
		return END_CLOSED;
	reason = reason_of_close(c, &s);
	return is_go_socket_open(descriptor_at) ? reason : END_CLOSED;
}

#endif
