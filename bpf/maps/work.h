/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Per-CPU memory of program runs. A program can be preempted by another one on the same CPU: each run claims one of
 * WORK_AREAS entries with an atomic compare-and-swap.
 */
#ifndef MASTHEAD_MAPS_WORK_H
#define MASTHEAD_MAPS_WORK_H

#include "../lib/work.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WORK_AREAS);
	__type(key, __u32);
	__type(value, struct work);
} work_areas SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WORK_AREAS);
	__type(key, __u32);
	__type(value, struct out);
} record_areas SEC(".maps");

/* Nothing but zeroes, and never written: what memory is cleared from. */
struct zeroes {
	__u8 bytes[HEAD_BUFFER_BYTES];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, struct zeroes);
} zero SEC(".maps");

#endif
