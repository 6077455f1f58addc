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

/* The upper six bytes of the cookie: where the connection is when memcpy is called. */
struct connection_place {
	__u16 in_register;	/* enum kept_register; KEPT_ON_STACK: on the stack */
	__u32 from_stack;	/* bytes above the stack pointer */
};

enum kept_register { KEPT_ON_STACK, KEPT_RBX, KEPT_RBP, KEPT_R12, KEPT_R13, KEPT_R14, KEPT_R15 };

#if defined(__TARGET_ARCH_x86)

#define CONNECTION_MAX_BYTES 32768	/* of the library's own object, where it assembles handshakes: what is copied there is not for the program */

/* 0: it cannot be read. */
static __always_inline __u64 connection_at(struct pt_regs *regs, struct connection_place place)
{
	__u64 connection = 0;

	switch (place.in_register) {
	case KEPT_ON_STACK:
		bpf_probe_read_user(&connection, sizeof(connection), (void *)(STACK_POINTER(regs) + place.from_stack));
		return connection;
	case KEPT_RBX: return regs->bx;
	case KEPT_RBP: return regs->bp;
	case KEPT_R12: return regs->r12;
	case KEPT_R13: return regs->r13;
	case KEPT_R14: return regs->r14;
	case KEPT_R15: return regs->r15;
	default: return 0;
	}
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
	__u64 cookie = bpf_get_attach_cookie(regs), ssl, to = ARGUMENT_1(regs), size = ARGUMENT_3(regs);
	struct connection_place place = { .in_register = cookie >> 16, .from_stack = cookie >> 32 };
	struct site site = { .function = SITE_READ, .source = cookie >> 8 };
	struct record_socket socket ON_STACK;
	struct thread *thread = 0;

	if (!bpf_map_lookup_elem(&waiting_reads, &thread_id))
		return 0;
	count(COUNTER_PROBE_HITS);
	if (!is_target(task, id, &thread) || !thread)
		return 0;
	if (call_around(thread, STACK_POINTER(regs), id)) {	/* it has come back since */
		bpf_map_delete_elem(&waiting_reads, &thread_id);
		return 0;
	}
	ssl = connection_at(regs, place);
	if (!ssl || !size || size > 0x7fffffff || to - ssl < CONNECTION_MAX_BYTES)
		return 0;
	read_awaited_socket(thread_id, &socket);
	take_bytes(ssl, ARGUMENT_2(regs), size, site, 0, id, &thread->executable, &socket, TIE_NESTED, 0);
	return 0;
}

#endif

#endif
