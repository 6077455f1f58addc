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
#define PLACE_BITS 13
#define PLACE(cookie, index) ((__u32)((cookie) >> (16 + PLACE_BITS * (index))) & ((1U << PLACE_BITS) - 1))
#define CONNECTION_PLACE(cookie) PLACE(cookie, 0)
#define TYPE_PLACE(cookie) PLACE(cookie, 1)
#define PEEK_PLACE(cookie) PLACE(cookie, 2)
#define ARGUMENT_ON_STACK 0x1000
enum kept_register { KEPT_NOWHERE, KEPT_RBX, KEPT_RBP, KEPT_R12, KEPT_R13, KEPT_R14, KEPT_R15 };

#if defined(__TARGET_ARCH_x86)

/* 0 where it cannot be read. bytes: 1, 4 or 8. */
static __noinline __u64 argument_at(struct pt_regs *regs, __u32 place, __u32 bytes)
{
	__u64 bx = regs->bx, bp = regs->bp, r12 = regs->r12, r13 = regs->r13, r14 = regs->r14, r15 = regs->r15, argument = 0;

	opaque(bx);	/* loads through a chosen offset into the registers are refused */
	opaque(bp);
	opaque(r12);
	opaque(r13);
	opaque(r14);
	opaque(r15);
	if (place & ARGUMENT_ON_STACK)
		bpf_probe_read_user(&argument, sizeof(argument), (void *)(STACK_POINTER(regs) + (place & ~ARGUMENT_ON_STACK)));
	else
		argument = place == KEPT_RBX ? bx : place == KEPT_RBP ? bp : place == KEPT_R12 ? r12 : place == KEPT_R13 ? r13 :
			   place == KEPT_R14 ? r14 : place == KEPT_R15 ? r15 : 0;
	return bytes == 8 ? argument : bytes == 4 ? (__u32)argument : (__u8)argument;
}

/* Handshakes are read by the same function, and so is what is only peeked at. */
static __always_inline int is_programs_own(struct pt_regs *regs, __u32 type, __u32 peek)
{
	return (!type || argument_at(regs, type, 1) == RECORD_APPLICATION_DATA) && (!peek || !argument_at(regs, peek, 4));
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
	struct waiting_read *waiting = bpf_map_lookup_elem(&waiting_reads, &thread_id);

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
	if (!is_programs_own(regs, TYPE_PLACE(cookie), PEEK_PLACE(cookie)))
		return 0;
	b->ssl = argument_at(regs, CONNECTION_PLACE(cookie), 8);
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
