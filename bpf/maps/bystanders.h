/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Who is known to be no target, as of which tables. Whoever is none stays none when more processes are excluded. Several
 * processes or threads may share a cell: then one of them is judged anew.
 */
#ifndef MASTHEAD_MAPS_BYSTANDERS_H
#define MASTHEAD_MAPS_BYSTANDERS_H

#include "../lib/platform.h"

#define BYSTANDER_CELLS 4096
struct bystander {
	__u32 process;
	__u32 generation;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BYSTANDER_CELLS);
	__type(key, __u32);
	__type(value, struct bystander);
} bystanders SEC(".maps");

static __always_inline struct bystander *bystander_cell(__u32 process)
{
	__u32 cell = process & (BYSTANDER_CELLS - 1);

	return bpf_map_lookup_elem(&bystanders, &cell);
}

/*
 * Threads of such, by where the kernel keeps their registers during a system call: on top of the thread's stack in the kernel, in the same
 * place each time. It is in the tracepoint's arguments, where the thread's id is a helper's call away.
 */
#define BYSTANDER_THREAD_CELLS_BITS 13
struct bystander_thread {
	__u64 registers;	/* where they are; 0: none */
	__u64 generation;
};
struct bystander_thread bystander_threads[1 << BYSTANDER_THREAD_CELLS_BITS] SEC(".data.threads");

static __always_inline struct bystander_thread *bystander_thread_cell(const struct pt_regs *registers)
{
	__u32 low;

	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)(__u64)registers));	/* the verifier takes no other arithmetic with an address */
	return &bystander_threads[low * 0x9e3779b1 >> (32 - BYSTANDER_THREAD_CELLS_BITS)];
}

#endif
