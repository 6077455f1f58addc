/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Both ends of a call in one link (Linux 6.13). Loaded only where the kernel has it: it calls a kfunc. */
#ifndef MASTHEAD_PROBES_SSL_CALL_SESSION_H
#define MASTHEAD_PROBES_SSL_CALL_SESSION_H

#include "ssl-call.h"

extern _Bool bpf_session_is_return(void) __weak __ksym;

/* Attach as BPF_TRACE_UPROBE_SESSION. 1 at entry: the return is not wanted, so that a process that is no target has none. */
SEC("uprobe")
int ssl_call_session(struct pt_regs *regs)
{
	if (bpf_session_is_return())
		return leave_call(regs, STACK_AT_ENTRY(regs));
	return !enter_call(regs, site_of(regs));
}

#endif
