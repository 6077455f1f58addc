/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * When the first byte of a request came to its socket. The kernel does not keep that of TCP, so it is noted while it happens:
 * at each time that a socket has more to read, of every TCP connection of the host. That is why these two programs are
 * attached only as long as a policy asks. What is noted lies with the socket and is gone with it.
 */
#ifndef MASTHEAD_PROBES_ARRIVAL_H
#define MASTHEAD_PROBES_ARRIVAL_H

#include "ciphertext-arrival.h"

#define ARRIVALS	8	/* the last of a socket that are known */
#define LISTENING	10	/* TCP_LISTEN */
#define PEEK		2	/* MSG_PEEK: the bytes come again */

struct arrival {
	__u64 time_ns;		/* 0: not known */
	__u32 sequence;		/* of the first byte */
	__u32 attachment;	/* that noted it */
};
struct arrivals {
	struct arrival last[ARRIVALS];
	__u32 count;		/* of all that were noted */
	__u32 end;		/* sequence number behind the last byte */
};
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct arrivals);
} arrivals SEC(".maps");

/* Another number each time that the programs are attached: what came before that was not noted. Written by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} arrival_attachments SEC(".maps");

/* The kernel holds the socket's lock here: one at a time. */
SEC("tp_btf/sk_data_ready")
int arrival_note(__u64 *arguments)
{
	struct sock *sk = (void *)arguments[0];
	struct tcp_sock *tcp = (void *)arguments[0];
	__u32 first = 0, end, *attachment = bpf_map_lookup_elem(&arrival_attachments, &first);
	struct arrivals *known;
	struct arrival *next;
	int is_exact;

	if (!attachment || sk->sk_protocol != PROTOCOL_TCP || sk->__sk_common.skc_state == LISTENING)
		return 0;
	known = bpf_sk_storage_get(&arrivals, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!known)
		return 0;
	end = BPF_CORE_READ(tcp, rcv_nxt);
	if (known->count && known->end == end)
		return 0;
	/* one that was open before: there may be bytes that came earlier; and a low-water mark has the kernel tell later */
	is_exact = known->count ? known->last[(known->count - 1) & (ARRIVALS - 1)].attachment == *attachment :
				  BPF_CORE_READ(tcp, data_segs_in) == 1;
	is_exact = is_exact && sk->sk_rcvlowat <= 1;
	next = &known->last[known->count & (ARRIVALS - 1)];
	next->sequence = known->count ? known->end : BPF_CORE_READ(tcp, copied_seq);
	next->attachment = *attachment;
	next->time_ns = is_exact ? bpf_ktime_get_ns() : 0;
	known->end = end;
	*(volatile __u32 *)&known->count = known->count + 1;
	return 0;
}

/* The arrival that brought the byte with this number; *bytes: how many from that one on came with it, 0 where it is not known. */
static __always_inline __u64 find_arrival(const struct arrivals *known, __u32 sequence, __u32 *bytes)
{
	__u32 count = *(volatile __u32 *)&known->count, end = known->end, length = end - sequence, nearest = 1U << 31;
	__u64 time_ns = 0;

	*bytes = 0;
	if ((__s32)length <= 0)
		return 0;
	for (__u32 i = 0; i < ARRIVALS; i++) {
		__u32 behind = sequence - known->last[i].sequence;

		if (i >= count)
			break;
		if ((__s32)behind < 0 && -behind < length)
			length = -behind;
		if ((__s32)behind >= 0 && behind < nearest) {
			nearest = behind;
			time_ns = known->last[i].time_ns;
		}
	}
	if (time_ns && *(volatile __u32 *)&known->count == count)
		*bytes = length;
	return time_ns;
}

/* Is what the system call has filled the header of a TLS record? A piece of a record may be as short. */
static __always_inline int is_record_header(struct task_struct *task)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);

	return record_at(ARGUMENT_2(regs)) != 0;
}

/*
 * A thread has received. In clear, what it got is what the system call returns. TLS libraries receive the header of each
 * record by itself and then the rest; the last header of a call is that of the record whose plaintext it returns. One that
 * receives ahead cannot be told.
 */
SEC("tp_btf/sock_recv_length")
int arrival_take(__u64 *arguments)
{
	struct sock *sk = (void *)arguments[0];
	struct tcp_sock *tcp = (void *)arguments[0];
	__s32 received = arguments[1], flags = arguments[2];
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread = 0;
	struct arrivals *known;
	__u32 bytes;

	/* what a thread reads in clear is looked at later: this may be the first that is seen of it */
	if (!is_target(task, task->tgid, &thread) || !thread || !(thread->wants & TIMING_ARRIVAL))
		return 0;
	if (thread->stack && (received != RECORD_HEADER_BYTES || !is_record_header(task)))
		return 0;
	thread->arrived_bytes = 0;
	if (received <= 0 || (flags & PEEK) || sk->sk_protocol != PROTOCOL_TCP)
		return 0;
	known = bpf_sk_storage_get(&arrivals, sk, 0, 0);
	if (!known)
		return 0;
	thread->arrived_ns = find_arrival(known, BPF_CORE_READ(tcp, copied_seq) - received, &bytes);
	thread->arrived_bytes = thread->stack && bytes ? 1 : bytes;
	return 0;
}

#endif
