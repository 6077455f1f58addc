/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Who is known to be no target, as of which tables. Whoever is none stays none when more processes are excluded. Each cell is one word,
 * read and written whole, so that it never says of one what was found of another. Several may share a cell: then one of them is judged anew.
 */
#ifndef MASTHEAD_MAPS_BYSTANDERS_H
#define MASTHEAD_MAPS_BYSTANDERS_H

#include "../lib/platform.h"

#define BYSTANDER_CELLS 4096
/* Value: the generation in the upper half, the process in the lower one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BYSTANDER_CELLS);
	__type(key, __u32);
	__type(value, __u64);
} bystanders SEC(".maps");

static __always_inline volatile __u64 *bystander_cell(__u32 process)
{
	__u32 cell = process & (BYSTANDER_CELLS - 1);

	return bpf_map_lookup_elem(&bystanders, &cell);
}

static __always_inline __u64 bystander_word(__u32 process, __u32 generation)
{
	return (__u64)generation << 32 | process;
}

/*
 * Threads of such, by where the kernel keeps their registers during a system call: on top of the thread's stack in the kernel, in the same
 * place each time. It is in the tracepoint's arguments, where the thread's id is a helper's call away. Each has two cells, side by side.
 */
#define THREAD_CELLS_BITS 13
__u64 bystander_threads[1 << THREAD_CELLS_BITS] SEC(".data.threads");

/* Stacks are 16 KiB and more (THREAD_SIZE of x86 and arm64), each at a multiple of that: an address counts them, from this map on. */
#define STACK_BITS 14
#define GENERATION_BITS 22	/* which leaves 42 for the stack, enough for addresses of 56 bits; a thread may stay away for four million generations less one */

#define GENERATION_MASK ((1 << GENERATION_BITS) - 1)

/* What tells a thread from others; a word of it has the generation in the bits below. */
static __always_inline __u64 thread_number(const struct pt_regs *registers)
{
	/* the verifier takes no other arithmetic with an address than to subtract another one */
	return ((__u64)registers - (__u64)bystander_threads) >> STACK_BITS << GENERATION_BITS;
}

static __always_inline __u64 thread_word(__u64 number, __u32 generation)
{
	return number | (generation & GENERATION_MASK);
}

/* The first of its cells, by multiplicative hashing; the second is the other one of that pair. */
static __always_inline __u32 thread_cell(__u64 number)
{
	return (__u32)(number >> GENERATION_BITS) * 0x9e3779b1 >> (32 - THREAD_CELLS_BITS);
}

static __always_inline volatile __u64 *thread_cell_at(__u32 cell)
{
	return &bystander_threads[cell];
}

#endif
