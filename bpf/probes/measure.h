/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is measured of a call and of the thread that makes it, where a policy asks for it (lib/timings.h). */
#ifndef MASTHEAD_PROBES_MEASURE_H
#define MASTHEAD_PROBES_MEASURE_H

#include "target.h"

#define SOCKET_STREAM 1
#define PROTOCOL_TCP 6
#define TIMINGS_OF_GO (TIMING_ARRIVAL | TIMING_NETWORK)
#define CPU_READINGS 4	/* a tick meets one of some ten thousand readings, and hardly the next one too */

/*
 * A clock that runs while the thread does: two readings differ by its CPU time between them. The scheduler adds to
 * sum_exec_runtime at ticks and switches only, and notes as exec_start when it last did; what came since is added here by
 * another clock, whose offset is the same in both readings. Time in interrupts and of the hypervisor, which the scheduler
 * leaves out, is taken away as of its last look. Where the thread was switched or ticked while this was read, it is read again.
 * 0: that happened each time.
 */
static __always_inline __u64 thread_cpu_ns(struct task_struct *task)
{
	const volatile struct sched_entity *se = &task->se;

	for (int tries = 0; tries < CPU_READINGS; tries++) {
		__u64 since = se->exec_start, elsewhere = 0, reading;

		if (bpf_core_field_exists(task->se.cfs_rq)) {
			const struct rq *rq = task->se.cfs_rq->rq;

			elsewhere = rq->clock - rq->clock_task;
		}
		reading = bpf_ktime_get_ns() + se->sum_exec_runtime - since - elsewhere;
		if (se->exec_start == since)
			return reading;
	}
	return 0;
}

/* Of a TCP socket. */
static __always_inline void read_network(struct sock *sk, struct thread *thread)
{
	struct tcp_sock *tcp = (void *)sk;
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	thread->network_known = 0;
	if ((family != AF_INET && family != AF_INET6) || BPF_CORE_READ(sk, sk_type) != SOCKET_STREAM ||
	    BPF_CORE_READ(sk, sk_protocol) != PROTOCOL_TCP)	/* a socket of MPTCP or SCTP is another struct */
		return;
	thread->rtt_us = BPF_CORE_READ(tcp, srtt_us) >> 3;	/* the kernel keeps eighths */
	thread->retransmits = BPF_CORE_READ(tcp, total_retrans);
	thread->network_known = TIMING_NETWORK;
}

/* A call on a TLS object begins. What is told of sockets during it is its own. is_inner: it is within another one. */
static __always_inline void begin_measuring(struct thread *thread, struct task_struct *task, int is_read, int is_inner)
{
	thread->arrived_bytes = 0;
	thread->network_known = 0;
	if (!is_read)	/* there is one place for when a write began, and the outer one's has gone */
		thread->write_begun_cpu_ns = !is_inner && (thread->wants & TIMING_CPU) ? thread_cpu_ns(task) : 0;
}

/* A call has returned: what was measured goes to where its bytes are looked at. */
static __always_inline void measure_call(struct work *w, struct task_struct *task, struct thread *thread)
{
	struct measured_call *m = &w->measured;

	m->wants = thread->wants;
	m->thread = task->pid;
	m->begun = m->answered = 0;
	m->begun_before = thread->requests_begun;
	m->unanswered_before = thread->unanswered;
	m->known = thread->network_known;
	m->rtt_us = thread->rtt_us;
	m->retransmits = thread->retransmits;
	m->arrived_ns = thread->arrived_ns;
	m->arrived_bytes = w->direction == READ && !w->messages_left ? thread->arrived_bytes : 0;	/* of several messages, the last one's is known */
	m->cpu_ns = 0;
	if (m->wants & TIMING_CPU)
		m->cpu_ns = w->direction == READ ? thread_cpu_ns(task) : thread->write_begun_cpu_ns;
	thread->arrived_bytes = 0;
}

/* Of a goroutine's, which no thread is known to have made from its beginning on. */
static __always_inline void measure_go_call(struct work *w, const struct thread *thread)
{
	struct measured_call *m = &w->measured;

	m->wants = thread->wants & TIMINGS_OF_GO;
	m->arrived_bytes = 0;
	m->known = thread->network_known;
	m->rtt_us = thread->rtt_us;
	m->retransmits = thread->retransmits;
}

/* And what was found among them is remembered of the thread. */
static __always_inline void settle_measured(struct work *w, struct thread *thread)
{
	thread->requests_begun += w->measured.begun;
	thread->unanswered += w->measured.begun - w->measured.answered;
}

/* A connection ends, which has been claimed for that. Its requests that have no response are open no more. */
static __always_inline void end_measured_connection(struct connection *c, const struct connection_key *key, __u8 reason)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread = c->serving_open ? bpf_task_storage_get(&threads, task, 0, 0) : 0;

	if (thread && c->serving_thread == (__u32)task->pid)
		thread->unanswered -= c->serving_open;
	end_connection(c, key, reason);
}

#endif
