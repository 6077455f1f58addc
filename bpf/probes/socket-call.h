/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * HTTP in clear: what targets read from and write to stream sockets by system calls. Most calls of a host are none of
 * these, most of the rest are no target's, and most of those are on no socket: each is told apart by as little as possible.
 */
#ifndef MASTHEAD_PROBES_SOCKET_CALL_H
#define MASTHEAD_PROBES_SOCKET_CALL_H

#include "socket-strange.h"
#include "socket-tie.h"
#include "socket-transfer.h"

static __always_inline void take_socket_bytes(struct pt_regs *regs, struct task_struct *task, struct thread *thread,
					      struct transfer_call call, __u32 returned, struct socket_file *s)
{
	struct connection_key key = { .ssl = s->inode | SOCKET_HANDLE, .process = task->tgid };
	struct connection *c = bpf_map_lookup_elem(&connections, &key);
	__u32 direction = call.direction & 1;
	struct strange_socket *strange = c ? 0 : bpf_map_lookup_elem(&strange_sockets, &key);
	struct out *o = 0;
	struct work *w;

	if (c ? c->directions[direction].state == STATE_IGNORE : strange && !strange->calls_left) {
		if (strange && strange->is_tls)
			note_ciphertext(thread, &key, strange, direction);
		return;
	}
	w = claim_work(&o);
	if (!w || !o) {
		miss_call(key.ssl, key.process, direction, call.transfer == TRANSFER_BUFFER ? ARGUMENT_2(regs) : 0, returned);
		return;
	}
	w->direction = direction;
	if (!place_bytes(w, regs, call, returned) || (!c && !begins_connection(w, &key, s, strange, returned))) {
		release(&w->busy);
		return;
	}
	w->call_ns = direction == WRITE && thread->write_begun_ns ? thread->write_begun_ns : bpf_ktime_get_ns();
	w->process = task->tgid;
	w->source = SOURCE_SOCKET;
	w->executable = thread->executable;
	w->socket.family = 0;
	w->tie = TIE_DESCRIPTOR;
	if (thread->wants) {
		if (thread->wants & TIMING_NETWORK)
			read_network(s->sk, thread);
		measure_call(w, task, thread);
	}
	if (!c)
		read_socket(s->sk, 0, &w->socket);
	observe(w, o, &key);
	if (w->measured.wants)
		settle_measured(w, thread);
	release(&w->busy);
	settle_strange(&key, s->sk);
}

SEC("tp_btf/sys_exit")
int socket_call_return(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	__s64 returned = arguments[1];
	unsigned long number = SYSCALL_NUMBER(regs);
	struct transfer_call call;
	struct task_struct *task;
	struct thread *thread = 0;
	struct socket_file s;

	if (number > LAST_TRANSFER || returned <= 0 || returned > 0x7fffffff)
		return 0;
	call = transfer_of(number);
	if (call.transfer == TRANSFER_NONE)
		return 0;
	task = bpf_get_current_task_btf();
	if (!is_target(task, task->tgid, &thread) || !thread || IS_COMPAT(task))
		return 0;
	if (outer_call(thread, STACK_POINTER(regs)))	/* ciphertext: a TLS probe shows what it was */
		return 0;
	if (call.fd_third && find_socket(task, ARGUMENT_3(regs), &s))
		call.direction = WRITE;
	else if (!find_socket(task, ARGUMENT_1(regs), &s))
		return 0;
	take_socket_bytes(regs, task, thread, call, returned, &s);
	return 0;
}

/* The last descriptor of a socket is closed: its connection ends. */
static __always_inline void close_socket(struct task_struct *task, __u64 descriptor)
{
	__u32 id = task->tgid;
	struct process *process = bpf_map_lookup_elem(&processes, &id);
	struct connection_key key = { .process = id };
	struct connection *c;
	struct socket_file s;

	if (!process || !(process->connections || process->strange_sockets))
		return;
	if (!find_socket(task, descriptor, &s) || !is_last_reference(s.file))
		return;
	key.ssl = s.inode | SOCKET_HANDLE;
	if (forget_strange(&key))
		return;
	c = claim_connection(&key);
	if (!c)
		return;
	if (c->serving_open)
		abandon_serving(c, task);
	end_connection(c, &key, END_CLOSED);
}

SEC("tp_btf/sys_enter")
int socket_call_entry(__u64 *arguments)
{
	unsigned long number = arguments[1];
	struct task_struct *task;
	struct thread *thread;

	if (number > LAST_TRANSFER)
		return 0;
	if (number == NUMBER_CLOSE) {
		task = bpf_get_current_task_btf();
		close_socket(task, ARGUMENT_1((struct pt_regs *)arguments[0]));
		return 0;
	}
	if (transfer_of(number).transfer == TRANSFER_NONE || transfer_of(number).direction != WRITE)
		return 0;
	task = bpf_get_current_task_btf();
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	if (!thread)
		return 0;
	thread->write_begun_ns = bpf_ktime_get_ns();
	if ((thread->wants & TIMING_CPU) && !thread->stack)	/* else the write began with the call on the TLS object */
		thread->write_begun_cpu_ns = thread_cpu_ns(task);
	return 0;
}

#endif
