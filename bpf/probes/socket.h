/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which socket a connection is on: the first that this thread sends to or receives from while it is inside a call on the
 * SSL object. Where HTTP in clear is read, its system calls tell it (socket-call.h); these tracepoints of Linux 6.3 are for where that is not wanted, since
 * every send and receive of the host passes them. Each is optional.
 */
#ifndef MASTHEAD_PROBES_SOCKET_H
#define MASTHEAD_PROBES_SOCKET_H

#include "kernel-object.h"
#include "target.h"
#include "measure.h"

static __always_inline int is_v4_mapped(const __u8 *a)
{
	return !load_word(a) && a[8] == 0 && a[9] == 0 && a[10] == 0xff && a[11] == 0xff;
}

/* `typed`: the kernel handed the socket over as one, and its fields are read without a helper in every build. */
#define SOCKET_FIELD(sk, field, typed) ((typed) ? (sk)->field : READ_FIELD(sock, sk, field))

/*
 * The socket's own port. One that was closed within the call, as by a peer that is gone, has given it back where the program had not asked for it
 * (inet_put_port); what it sent with stays.
 */
static __always_inline __u16 local_port(struct sock *sk, __u16 port)
{
	struct inet_sock *inet = (void *)sk;

	return port ? port : __builtin_bswap16(READ_FIELD(inet_sock, inet, inet_sport));
}

static __always_inline void read_socket(struct sock *sk, int typed, struct record_socket *s)
{
	__u16 family = SOCKET_FIELD(sk, __sk_common.skc_family, typed);

	if ((family != AF_INET && family != AF_INET6) || SOCKET_FIELD(sk, sk_type, typed) != SOCKET_STREAM)	/* a name is looked up by datagrams */
		return;
	s->local_port = local_port(sk, SOCKET_FIELD(sk, __sk_common.skc_num, typed));
	s->peer_port = __builtin_bswap16(SOCKET_FIELD(sk, __sk_common.skc_dport, typed));
	if (family == AF_INET6) {
		BPF_CORE_READ_INTO(&s->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&s->peer, sk, __sk_common.skc_v6_daddr);
		s->family = AF_INET6;
		if (!is_v4_mapped(s->peer))
			return;
	}
	store_word(s->local, SOCKET_FIELD(sk, __sk_common.skc_rcv_saddr, typed));
	store_word(s->local + 8, 0);
	store_word(s->peer, SOCKET_FIELD(sk, __sk_common.skc_daddr, typed));
	store_word(s->peer + 8, 0);
	s->family = AF_INET;
}

/* This thread, where it is in a call that was told no socket yet; else NULL. Most are in none, and are told apart first. */
static __always_inline struct thread *thread_without_socket(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 *in_flight = calls_of_process(task->tgid);
	struct thread *thread;

	if (!in_flight || !*in_flight)
		return 0;
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	return thread && thread->stack && !thread->socket.family ? thread : 0;
}

/* The thread touches this socket within its call. */
static __always_inline void tell_thread(struct thread *thread, struct sock *sk, int typed)
{
	read_socket(sk, typed, &thread->socket);
	if (thread->wants & TIMING_NETWORK)
		read_network(sk, thread);
}

static __always_inline int note_socket(struct sock *sk)
{
	struct thread *thread = thread_without_socket();

	if (thread)
		tell_thread(thread, sk, 1);
	return 0;
}

SEC("tp_btf/sock_send_length")
int socket_send(__u64 *arguments)
{
	return note_socket((void *)arguments[0]);
}

SEC("tp_btf/sock_recv_length")
int socket_receive(__u64 *arguments)
{
	return note_socket((void *)arguments[0]);
}

#endif
