/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* How Go calls: with arguments in registers (since Go 1.17, on arm64 1.18), or, on x86-64, on the stack. */
#ifndef MASTHEAD_PROBES_GO_CALLING_H
#define MASTHEAD_PROBES_GO_CALLING_H

#include "../lib/platform.h"

/* The attach cookie. */
struct go_site {
	__u8 function;
	__u8 source;
	__u8 is_on_stack;	/* arguments are */
	__u16 receiver_at;	/* of a read: where its receiver is kept, from the stack pointer; a multiple of eight */
	__s32 tcp_close_at;	/* from the instruction that is probed to net.(*TCPConn).Close; 0: not known */
};
#define GO_ON_STACK	1	/* in the lowest bit of receiver_at */

static __always_inline struct go_site go_site_of(__u64 cookie)
{
	__u16 place = cookie >> 16;

	return (struct go_site){ .function = cookie, .source = cookie >> 8, .is_on_stack = place & GO_ON_STACK,
				 .receiver_at = place & ~GO_ON_STACK, .tcp_close_at = cookie >> 32 };
}

/* Words of arguments in registers, in their order (cmd/compile/abi-internal.md of Go). */
#if defined(__TARGET_ARCH_x86)
#define GO_WORD_1(r) ((r)->ax)
#define GO_WORD_2(r) ((r)->bx)
#define GO_WORD_3(r) ((r)->cx)
#define GO_WORD_4(r) ((r)->di)
#define CARRY_FLAG	0x01
#define ZERO_FLAG	0x40
/* Below or equal. */
#define STACK_GROWS(r) ((r)->flags & (CARRY_FLAG | ZERO_FLAG))
#elif defined(__TARGET_ARCH_arm64)
#define GO_WORD_1(r) ((r)->regs[0])
#define GO_WORD_2(r) ((r)->regs[1])
#define GO_WORD_3(r) ((r)->regs[2])
#define GO_WORD_4(r) ((r)->regs[3])
#define CARRY_FLAG	(1UL << 29)
#define ZERO_FLAG	(1UL << 30)
/* Lower or same: the carry is set where nothing was borrowed. */
#define STACK_GROWS(r) (((r)->pstate & (CARRY_FLAG | ZERO_FLAG)) != CARRY_FLAG)
#endif

/*
 * Entry probes stand on the conditional jump of the stack check. Where it is taken the stack grows, or the goroutine
 * waits, and then the function begins anew.
 */
static __always_inline int will_begin_anew(struct pt_regs *regs)
{
	return STACK_GROWS(regs);
}

/* Words of the stack, from the stack pointer on. 0: it cannot be read. */
static __always_inline int read_stack(struct pt_regs *regs, __u32 from, void *words, __u32 bytes)
{
	return !bpf_probe_read_user(words, bytes, (void *)(STACK_POINTER(regs) + from));
}

#endif
