/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which socket a connection is on: what this thread sends or receives while it is inside a call on the SSL object.
 * Tracepoints of Linux 6.3; each is optional.
 */
#ifndef MASTHEAD_PROBES_SOCKET_H
#define MASTHEAD_PROBES_SOCKET_H

#include "target.h"

static __always_inline int is_v4_mapped(const __u8 *a)
{
	return !load_word(a) && (__u32)load_word(a + 4) == 0 && a[8] == 0 && a[9] == 0 && a[10] == 0xff && a[11] == 0xff;
}

static __always_inline void read_socket(struct sock *sk, struct record_socket *s)
{
	__u32 local, peer;

	s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	s->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	s->peer_port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (s->family == AF_INET6) {
		BPF_CORE_READ_INTO(&s->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&s->peer, sk, __sk_common.skc_v6_daddr);
		if (!is_v4_mapped(s->peer))
			return;
		s->family = AF_INET;
		__builtin_memset(s->local, 0, 16);
		__builtin_memset(s->peer, 0, 16);
	}
	local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	peer = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	copy_bytes(s->local, &local, 4);
	copy_bytes(s->peer, &peer, 4);
}

static __always_inline int note_socket(struct sock *sk)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct thread_call *call = bpf_map_lookup_elem(&threads, &thread);
	struct connection_key key = { .process = thread >> 32 };
	struct connection *c;
	__u16 family;

	if (!call)
		return 0;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	read_socket(sk, &call->socket);
	key.ssl = call->ssl;
	c = bpf_map_lookup_elem(&connections, &key);
	if (c && !c->socket.family)
		c->socket = call->socket;
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
