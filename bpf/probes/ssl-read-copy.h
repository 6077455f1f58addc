/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Reads at memcpy(to, from, size), by which the library copies what it decrypted to the program's buffer. In the stead of both ends of
 * SSL_read (SITE_READ_COPY): one hit where two calls had two ends each. Or of reads that a thread waited in before there were probes, or before its
 * process was a target (SITE_WAITING_READ): then attached to single processes, as long as one of their threads may still be in such a read.
 */
#ifndef MASTHEAD_PROBES_SSL_READ_COPY_H
#define MASTHEAD_PROBES_SSL_READ_COPY_H

#include "copied-bytes.h"
#include "ssl-call.h"
#include "ssl-own-socket.h"

/*
 * Above its low two bytes the cookie has where three arguments of the function that copies are when it calls memcpy: connection, type of record and
 * whether it only peeks. 0: there is no such argument. ARGUMENT_ON_STACK: with how many bytes above the stack pointer.
 */
enum kept_argument { KEPT_CONNECTION, KEPT_TYPE, KEPT_PEEK, KEPT_ARGUMENTS };
#define PLACE_BITS 13
#define PLACE(cookie, index) ((__u32)((cookie) >> (16 + PLACE_BITS * (index))) & ((1U << PLACE_BITS) - 1))
#define TYPE_PLACE(cookie) PLACE(cookie, KEPT_TYPE)
#define PEEK_PLACE(cookie) PLACE(cookie, KEPT_PEEK)
#define ARGUMENT_ON_STACK 0x1000
enum kept_register { KEPT_NOWHERE, KEPT_RBX, KEPT_RBP, KEPT_R12, KEPT_R13, KEPT_R14, KEPT_R15 };

#if defined(__TARGET_ARCH_x86)

#define NEAR_WORDS 8	/* above the stack pointer: compilers keep arguments there, and a second read takes as long as these together */

/* The three arguments, of which as many bytes count as they have; 0 where there is none, or it cannot be read. */
static __noinline int read_kept(struct pt_regs *regs, __u64 cookie, __u64 kept[KEPT_ARGUMENTS])
{
	__u64 bx = regs->bx, bp = regs->bp, r12 = regs->r12, r13 = regs->r13, r14 = regs->r14, r15 = regs->r15;
	__u64 stack[NEAR_WORDS];
	int on_stack = (PLACE(cookie, KEPT_CONNECTION) | PLACE(cookie, KEPT_TYPE) | PLACE(cookie, KEPT_PEEK)) & ARGUMENT_ON_STACK;
	int is_near = on_stack && !bpf_probe_read_user(stack, sizeof(stack), (void *)STACK_POINTER(regs));

	opaque(bx);	/* loads through a chosen offset into the registers are refused */
	opaque(bp);
	opaque(r12);
	opaque(r13);
	opaque(r14);
	opaque(r15);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < KEPT_ARGUMENTS; i++) {
		__u32 place = PLACE(cookie, i), above = place & ~ARGUMENT_ON_STACK;
		__u64 argument = 0;

		if (!(place & ARGUMENT_ON_STACK))
			argument = place == KEPT_RBX ? bx : place == KEPT_RBP ? bp : place == KEPT_R12 ? r12 :
				   place == KEPT_R13 ? r13 : place == KEPT_R14 ? r14 : place == KEPT_R15 ? r15 : 0;
		else if (is_near && above < sizeof(stack) && above % 8 <= (i == KEPT_CONNECTION ? 0 : 4))
			argument = stack[masked(above / 8, NEAR_WORDS - 1)] >> (above % 8 * 8);
		else
			bpf_probe_read_user(&argument, sizeof(argument), (void *)(STACK_POINTER(regs) + above));
		kept[i] = argument;
	}
	clear_bytes(stack);
	return 0;
}

/* Handshakes are read by the same function, and so is what is only peeked at. */
static __always_inline int is_programs_own(__u64 cookie, const __u64 kept[KEPT_ARGUMENTS])
{
	return (!TYPE_PLACE(cookie) || (__u8)kept[KEPT_TYPE] == RECORD_APPLICATION_DATA) && (!PEEK_PLACE(cookie) || !(__u32)kept[KEPT_PEEK]);
}

/* A fiber may have taken a call that was noted to another stack: what it copies is seen when it returns. */
static __always_inline int is_in_noted_call(const struct thread *thread, __u64 ssl, __u32 process)
{
	__u32 place = thread->place;
	struct call *call = bpf_map_lookup_elem(&calls, &place);

	return call && call->state == CALL_NOTED && call->process == process && call->ssl == ssl && is_read(call->site.function);
}

/* Is it for this site to look at what its thread copies, and was it read by no call that was noted? */
static __always_inline int is_to_be_seen(struct pt_regs *regs, const struct thread *thread, __u64 ssl, __u32 id, int waits)
{
	__u32 thread_id = bpf_get_current_pid_tgid();
	struct waiting_read *waiting = waiting_read_of(thread_id);

	if (!waits)	/* TLS in TLS is read within calls of other connections */
		return !(waiting && waiting->copies_stand) && !is_in_noted_call(thread, ssl, id);
	if (!waiting)
		return 0;
	if (!call_around(thread, STACK_POINTER(regs), id) && !is_in_noted_call(thread, ssl, id))
		return 1;
	bpf_map_delete_elem(&waiting_reads, &thread_id);	/* it has come back since */
	return 0;
}

/* 0: they are not the program's. */
static __always_inline int find_read_copy(struct pt_regs *regs, __u64 cookie, struct copied_bytes *b)
{
	__u64 kept[KEPT_ARGUMENTS];

	read_kept(regs, cookie, kept);
	if (!is_programs_own(cookie, kept))
		return 0;
	b->ssl = kept[KEPT_CONNECTION];
	b->buffer = ARGUMENT_2(regs);
	b->size = ARGUMENT_3(regs);
	return b->ssl && b->size && b->size <= 0x7fffffff;
}

/* 0: it is not for this site to look at them. */
static __always_inline int tell_read_copy(struct pt_regs *regs, __u64 cookie, struct copied_bytes *b, struct thread *thread, struct task_struct *task)
{
	__u32 thread_id = task->pid, id = task->tgid;
	struct connection_key key = { .ssl = b->ssl, .process = id };
	struct site site = site_in(cookie);
	int waits = site.function == SITE_WAITING_READ, is_told;
	struct connection *c;

	if (!is_to_be_seen(regs, thread, b->ssl, id, waits))
		return 0;
	b->connection = c = find_connection_near(&key, NEAR_ADDRESS(b->ssl));
	b->is_foreign = (!c || !c->socket.family) && !read_socket_of_copy(thread_id, b->ssl, cookie, &thread->copied_by) && !waits;
	is_told = thread->read_from && is_read_for(thread, b->ssl);	/* where the socket is known, too: what the thread has read is no other connection's */
	b->tie = waits ? TIE_NESTED : b->is_foreign ? TIE_ORDER : TIE_DESCRIPTOR;
	b->socket = !b->is_foreign ? &thread->copied_by : is_told ? tie_read(thread, &key, c, site.source) : 0;
	thread->arrived_bytes = 0;	/* that is known of calls only */
	thread->network_known = 0;
	b->measured = waits ? 0 : thread;
	return 1;
}

#endif

#endif
