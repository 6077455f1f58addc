/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * How Go calls on x86-64: what a probe finds its goroutine and its arguments by, with arguments in registers (since Go 1.17)
 * and on the stack.
 */
#ifndef MASTHEAD_PROBES_GO_CALLING_H
#define MASTHEAD_PROBES_GO_CALLING_H

#include "../lib/platform.h"

#if defined(__TARGET_ARCH_x86)

/* The attach cookie. goroutine_at: where a thread has its goroutine, from its fs base; 0: in r14, arguments in registers. */
struct go_site {
	__u8 function;
	__u8 source;
	__s16 goroutine_at;
	__s32 tcp_close_at;	/* from the instruction that is probed to net.(*TCPConn).Close; 0: not known */
};

static __always_inline struct go_site go_site_of(__u64 cookie)
{
	return (struct go_site){ .function = cookie, .source = cookie >> 8, .goroutine_at = cookie >> 16, .tcp_close_at = cookie >> 32 };
}

#define CARRY_FLAG	0x01
#define ZERO_FLAG	0x40

/*
 * Entry probes stand on the jump (below or equal) of the stack check. Where it is taken the stack grows, or the goroutine
 * waits, and then the function begins anew.
 */
static __always_inline int will_begin_anew(struct pt_regs *regs)
{
	return regs->flags & (CARRY_FLAG | ZERO_FLAG);
}

/* The first of `runtime.g`: the same since Go 1.4. */
struct goroutine_stack {
	__u64 low, high;
};

struct goroutine {
	__u64 address;
	struct goroutine_stack stack;
};

/* 0: what should be one is none, as on the stack of a signal handler. */
static __always_inline int find_goroutine(struct pt_regs *regs, struct task_struct *task, struct go_site site, struct goroutine *g)
{
	g->address = regs->r14;
	if (site.goroutine_at &&
	    bpf_probe_read_user(&g->address, sizeof(g->address), (void *)(task->thread.fsbase + site.goroutine_at)))
		return 0;
	if (bpf_probe_read_user(&g->stack, sizeof(g->stack), (void *)g->address))
		return 0;
	return g->stack.low < regs->sp && regs->sp < g->stack.high;
}

/*
 * A call in flight, in place of a stack pointer: the goroutine, and above the 48 bits of its address how far the call is
 * from the beginning of its stack, which is the same after a move. TLS in TLS has two of them. (A goroutine that ended
 * within a call leaves it behind, to be taken over by the next one there, or swept with the process.)
 */
static __always_inline __u64 call_of_goroutine(struct pt_regs *regs, const struct goroutine *g)
{
	return (g->address & 0xffffffffffffULL) | (g->stack.high - regs->sp) >> 3 << 48;
}

/* The receiver and the arguments of a method, at its entry. */
struct go_arguments {
	__u64 connection, buffer;
};

static __always_inline int read_arguments(struct pt_regs *regs, struct go_site site, struct go_arguments *a)
{
	a->connection = regs->ax;
	a->buffer = regs->bx;
	return !site.goroutine_at || !bpf_probe_read_user(a, sizeof(*a), (void *)(regs->sp + 8));
}

#endif

#endif
