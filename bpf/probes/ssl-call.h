/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * SSL_read and SSL_write in all their forms, and what other libraries have of the same shape. At entry only the arguments are noted: a read's buffer is not filled yet,
 * and how much a write took is known at its return. The bytes are looked at then.
 */
#ifndef MASTHEAD_PROBES_SSL_CALL_H
#define MASTHEAD_PROBES_SSL_CALL_H

#include "call-table.h"
#include "left-connection.h"
#include "socket-tie.h"
#include "ssl-bytes.h"
#include "ssl-hello.h"
#include "tied-socket.h"

/* How many bytes the call moved. */
static __always_inline __u64 call_length(const struct call *call, __s32 returned)
{
	__u64 length = 0;

	if (returned <= 0)
		return 0;
	if (!call->length_at)
		return returned;
	if (bpf_probe_read_user(&length, sizeof(length), (void *)call->length_at)) {
		count(COUNTER_HELPER_FAILED);
		return 0;
	}
	return length > 0x7fffffff ? 0 : length;
}

/* Where a call tells how much it moved: an address, or 0 where it returns that. */
static __always_inline __u64 length_address(struct pt_regs *regs, __u8 function)
{
	__u64 fourth = ARGUMENT_4(regs), fifth = ARGUMENT_5(regs);

	opaque(fourth);	/* loads through a chosen offset into the registers are refused */
	opaque(fifth);
	return function == SITE_READ_EX || function == SITE_WRITE_EX ? fourth : function == SITE_WRITE_FLAGS ? fifth : 0;
}

/* Where the bytes are that it moves; 0: never in the process. */
static __always_inline __u64 buffer_address(struct pt_regs *regs, __u8 function)
{
	__u64 second = ARGUMENT_2(regs);

	opaque(second);
	return function == SITE_SENDFILE ? 0 : second;
}

#define STACK_OF_ONE_CALL 65536	/* what a call may use of the stack before an inner one begins; fibers are further apart */

/* A call that the thread is in and that this one is within: TLS in TLS, say. Its stack; 0: none. */
static __always_inline __u64 outer_call(const struct thread *thread, __u64 stack)
{
	return thread->stack - stack - 1 < STACK_OF_ONE_CALL ? thread->stack : 0;
}

/* The call, not returned yet, that the thread is within; else NULL. One that a fiber took to another thread says nothing of this one. */
static __always_inline const struct call *call_around(const struct thread *thread, __u64 stack, __u32 process)
{
	__u32 place = thread->place;
	struct call *outer;

	if (!outer_call(thread, stack))
		return 0;
	outer = bpf_map_lookup_elem(&calls, &place);
	return outer && is_call(outer, thread->stack, process) ? outer : 0;
}

/* Is the thread in SITE_FLUSH? What that writes was seen when it was handed over. */
static __always_inline int is_flushing(const struct thread *thread, __u64 stack, __u32 process)
{
	const struct call *outer = call_around(thread, stack, process);

	return outer && outer->site.function == SITE_FLUSH;
}

/* Notes a call for its return. What tells its socket finds it by its thread. 0: `calls` has no room for it. */
static __always_inline int note_call(struct pt_regs *regs, struct task_struct *task, struct thread *thread, __u32 process,
				     struct site site)
{
	__u64 stack = STACK_POINTER(regs);
	__u32 place, *in_flight = calls_of_process(process);
	struct call *call = claim_call(stack, process, &place);

	if (!call || !in_flight)
		return 0;
	if (call->state == CALL_CLAIMED)	/* else it was left by a cancelled thread, and is counted already */
		add_atomically(in_flight, 1);
	call->process = process;
	call->stack = stack;
	call->ssl = ARGUMENT_1(regs);
	call->buffer = buffer_address(regs, site.function);
	call->length_at = length_address(regs, site.function);
	call->begun_ns = is_read(site.function) ? 0 : bpf_ktime_get_ns();
	call->outer_stack = outer_call(thread, stack);
	call->site = site;
	call->reads_before = thread->ciphertext_reads;
	call->thread = task->pid;
	thread->stack = stack;
	thread->place = place;
	thread->socket.family = 0;
	if (thread->wants)
		begin_measuring(thread, task, is_read(site.function), call->outer_stack != 0);
	if (site.function == SITE_HANDSHAKE)	/* what it writes is its own connection's */
		thread->wrote_for = 0;
	compare_and_swap(&call->state, CALL_CLAIMED, CALL_NOTED);
	return 1;
}

/* 1: its return is wanted. */
static __always_inline int enter_call(struct pt_regs *regs, struct site site)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 id = task->tgid, size;
	struct connection_key key = { .ssl = ARGUMENT_1(regs), .process = id };
	struct thread *thread = 0;
	struct process *process;

	count(COUNTER_PROBE_HITS);
	if (!is_target(task, id, &thread))
		return 0;
	if (thread && is_flushing(thread, STACK_POINTER(regs), id))
		return 0;
	if (thread && note_call(regs, task, thread, id, site))
		return 1;
	if (!thread)
		count(COUNTER_HELPER_FAILED);
	size = ARGUMENT_3(regs);
	process = bpf_map_lookup_elem(&processes, &id);
	if (is_read(site.function))
		note_unseen_read(key.ssl, id, site.source);
	else if (site.function == SITE_SENDFILE)	/* how much it takes is known at its return only */
		miss_call(key.ssl, id, WRITE, 0, 0);
	else if (hands_over_bytes(site.function) && size && size <= 0x7fffffff && process)	/* its bytes are here already, and a write takes all of them as a rule */
		take_bytes(&key, ARGUMENT_2(regs), size, site, bpf_ktime_get_ns(), &process->executable, 0, TIE_NONE, 0,
			   find_connection(&key));
	return 0;
}

/* The call that returns; NULL where none was noted. */
static __always_inline struct call *returning_call(const struct thread *thread, __u64 stack, __u32 process)
{
	__u32 place = thread ? thread->place : 0;
	struct call *call = bpf_map_lookup_elem(&calls, &place);

	return call && is_call(call, stack, process) ? call : find_call(stack, process);
}

/*
 * Is the socket that the thread touched first during a handshake the library's? A callback of the program's may touch any (Node runs handlers
 * there); but a library that moves its own bytes has read some, or ciphertext is not followed.
 */
static __always_inline int is_librarys_own(const struct thread *thread, const struct call *call)
{
	return !thread->read_from || (__u8)thread->ciphertext_reads != call->reads_before;
}

/* stack: what it was at the call's entry. */
static __always_inline int leave_call(struct pt_regs *regs, __u64 stack)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 id = task->tgid, thread_id = task->pid, size, *in_flight = calls_of_process(id);
	const struct executable *executable;
	const struct record_socket *socket;
	struct connection_key key = { .process = id };
	struct connection *c = 0;
	struct process *process;
	struct thread *thread;
	struct call *call;
	int is_here, has_no_socket, ties, is_tied;

	if (!in_flight || !*in_flight)	/* no target, on a link that has its returns too */
		return 0;
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	call = returning_call(thread, stack, id);
	if (!call)
		return 0;
	add_atomically(in_flight, -1);
	/* else it began on another thread, or another one began on this thread since */
	is_here = thread && thread->stack == stack && call->thread == thread_id;
	size = hands_over_bytes(call->site.function) ? call_length(call, RETURN_VALUE(regs)) : 0;
	process = is_here ? 0 : bpf_map_lookup_elem(&processes, &id);
	executable = is_here ? &thread->executable : process ? &process->executable : 0;
	socket = is_here ? &thread->socket : 0;
	has_no_socket = is_here && thread->read_from && !thread->socket.family;
	key.ssl = call->ssl;
	if (call->site.function == SITE_HANDSHAKE && !(socket && socket->family && is_librarys_own(thread, call)))
		tell_by_hello(key.ssl, id, call->site.source, bpf_get_attach_cookie(regs));
	ties = has_no_socket && is_read_for(thread, key.ssl) && may_read(call->site.function) && !thread->read_is_tied;
	if (ties || size)
		c = find_connection_near(&key, NEAR_ADDRESS(key.ssl));
	if (ties)
		socket = tie_read(thread, &key, c, call->site.source);
	is_tied = has_no_socket && ((c && c->socket.family) || (thread->read_is_tied && thread->read_for == key.ssl));
	if (has_no_socket && (thread->wants & TIMING_ARRIVAL) && is_read(call->site.function))
		take_ciphertext_arrival(thread, call->ssl, id, size);
	if (has_no_socket && size && (thread->wants & TIMING_NETWORK))
		read_network_of_tied(thread, call->ssl, id);
	if (call->site.function == SITE_HANDSHAKE && is_here) {
		if (thread->read_from)
			is_read_for(thread, key.ssl);	/* and what it has read is taken for no other's: a missed tie is better than a wrong one */
		if (socket && socket->family && (has_no_socket || is_librarys_own(thread, call)))
			tell_early(key.ssl, id, call->site.source, socket, has_no_socket ? TIE_ORDER : TIE_NESTED);
		note_shutdown_at(&key, bpf_get_attach_cookie(regs));
	}
	if (size && executable)
		take_bytes(&key, call->buffer, size, call->site, call->begun_ns, executable, socket,
			   has_no_socket ? TIE_ORDER : TIE_NESTED, is_here ? thread : 0, c);
	if (has_no_socket && is_tied)
		thread->wrote_for = 0;
	else if (has_no_socket && (!size || !is_read(call->site.function)))	/* a read without bytes may be a handshake, which writes */
		note_written_for(thread, key.ssl, size != 0);
	if (is_here) {
		thread->stack = call->outer_stack;
		if (thread->stack)	/* seldom: else what that call reads and writes from now on would not be seen as its own */
			thread->place = place_of_call(thread->stack, id, 0);
	}
	release(&call->state);
	return 0;
}

SEC("uprobe")
int ssl_call_entry(struct pt_regs *regs)
{
	enter_call(regs, site_of(regs));
	return 0;
}

SEC("uretprobe")
int ssl_call_return(struct pt_regs *regs)
{
	return leave_call(regs, STACK_AT_ENTRY(regs));
}

#endif
