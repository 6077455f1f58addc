/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The end of a call at an instruction by which its function returns, in place of a return probe: for kernels on which a program's
 * seccomp filter may end it for one. The stack is as it was at entry.
 */
#ifndef MASTHEAD_PROBES_SSL_CALL_RET_H
#define MASTHEAD_PROBES_SSL_CALL_RET_H

#include "ssl-call.h"

SEC("uprobe")
int ssl_call_ret(struct pt_regs *regs)
{
	return leave_call(regs, STACK_POINTER(regs));
}

#endif
