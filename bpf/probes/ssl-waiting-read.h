/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Reads that a thread waited in before there were probes, or before its process was a target: of those no entry was noted. Their bytes are
 * looked at where the library copies them to the program's buffer. Attached to single processes, as long as one of their
 * threads may still be in such a read (packages/agent/src/attach/waiting).
 */
#ifndef MASTHEAD_PROBES_SSL_WAITING_READ_H
#define MASTHEAD_PROBES_SSL_WAITING_READ_H

#include "ssl-call.h"
#include "socket-file.h"

/*
 * Where an argument of the function that copies is when it calls memcpy; the cookie has three of them above its low two bytes:
 * connection, type and peek. 0: there is no such argument. ARGUMENT_ON_STACK: with how many bytes above the stack pointer.
 */
#define ARGUMENT_ON_STACK 0x8000
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

	return call && call->state == CALL_NOTED && call->process == process && call->ssl == ssl;
}

/* The socket that the thread waited for, as far as is known. By itself, so that it is on no path of the stack with the bytes. */
verified_alone int read_awaited_socket(__u32 thread_id, struct record_socket *socket)
{
	struct waiting_read *waiting = bpf_map_lookup_elem(&waiting_reads, &thread_id);
	struct socket_file s;

	if (!socket)
		return 0;
	socket->family = 0;
	if (!waiting || !waiting->has_descriptor || !find_socket(bpf_get_current_task_btf(), waiting->descriptor, &s))
		return 0;
	read_socket(s.sk, 0, socket);
	return 1;
}

/* At a call of memcpy(to, from, size). */
SEC("uprobe")
int ssl_waiting_read(struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 thread_id = task->pid, id = task->tgid;
	__u64 cookie = bpf_get_attach_cookie(regs), ssl, size = ARGUMENT_3(regs);
	struct site site = { .function = SITE_READ, .source = cookie >> 8 };
	struct record_socket socket ON_STACK;
	struct thread *thread = 0;

	if (!bpf_map_lookup_elem(&waiting_reads, &thread_id))
		return 0;
	count(COUNTER_PROBE_HITS);
	if (!is_target(task, id, &thread) || !thread || !is_programs_own(regs, (__u16)(cookie >> 32), cookie >> 48))
		return 0;
	ssl = argument_at(regs, (__u16)(cookie >> 16), 8);
	if (call_around(thread, STACK_POINTER(regs), id) || is_in_noted_call(thread, ssl, id)) {	/* it has come back since */
		bpf_map_delete_elem(&waiting_reads, &thread_id);
		return 0;
	}
	if (!ssl || !size || size > 0x7fffffff)
		return 0;
	read_awaited_socket(thread_id, &socket);
	take_bytes(ssl, ARGUMENT_2(regs), size, site, 0, id, &thread->executable, &socket, TIE_NESTED, 0);
	return 0;
}

#endif

#endif
