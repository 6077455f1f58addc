/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Every system call of the host passes here while HTTP in clear is read. Most move no bytes and close nothing, and most of the rest are of
 * no target. These two programs tell those apart and go on to others, by a tail call, with what is left. Of a bystander's thread they call
 * no helper: a return from one costs as much as all that they do. They are apart from the others because of
 * the pages that they touch, too: their code is short, and they have no stack of their own, which
 * from Linux 6.13 on a program has that wants some, unless it makes tail calls (check_max_stack_depth in kernel/bpf/verifier.c). The two are loaded one after the other, which puts
 * them side by side: sections are loaded in their order, and all others on these tracepoints have names that begin with `?`.
 */
#ifndef MASTHEAD_PROBES_SYSTEM_CALL_H
#define MASTHEAD_PROBES_SYSTEM_CALL_H

#include "socket-call.h"

SEC("tp_btf/sys_exit")
int system_call_return(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];

	if (may_transfer(SYSCALL_NUMBER(regs)) && !is_known_bystander(regs))
		bpf_tail_call(arguments, &followed_returns, FOLLOW_TRANSFER);
	return 0;
}

SEC("tp_btf/sys_enter")
int system_call_entry(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	unsigned long number = arguments[1];

	if (!is_followed_at_entry(number) || is_known_bystander(regs))
		return 0;
	if (!may_end(number))
		bpf_tail_call(arguments, &followed_entries, FOLLOW_WRITE);
	else if (has_sockets(bpf_get_current_task_btf()->tgid))
		bpf_tail_call(arguments, &followed_entries, FOLLOW_CLOSE);
	return 0;
}

#endif
