/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Both ends of a call in one link (Linux 6.13). The kernel's bpf_session_is_return() would say which end it is; but where a kernel
 * lacks a function that an object names, libbpf 1.1 looks for it in modules, which wants CAP_SYS_ADMIN, and else loads nothing.
 */
#ifndef MASTHEAD_PROBES_SSL_CALL_SESSION_H
#define MASTHEAD_PROBES_SSL_CALL_SESSION_H

#include "ssl-call.h"

/* When the call has returned it goes on behind it, and no longer at the probe. */
static __always_inline int has_returned(struct pt_regs *regs)
{
	return INSTRUCTION(regs) != bpf_get_func_ip(regs);
}

/* Attach as BPF_TRACE_UPROBE_SESSION. 1 at entry: the return is not wanted, so that a process that is no target has none. */
SEC("uprobe")
int ssl_call_session(struct pt_regs *regs)
{
	if (has_returned(regs))
		return leave_call(regs);
	return !enter_call(regs, site_of(regs));
}

#endif
