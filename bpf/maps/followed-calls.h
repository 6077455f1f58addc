/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Programs that go on with system calls, by a tail call. User space puts them there. */
#ifndef MASTHEAD_MAPS_FOLLOWED_CALLS_H
#define MASTHEAD_MAPS_FOLLOWED_CALLS_H

#include "../lib/platform.h"
#include "../include/tables.h"

/* One for each tracepoint: their programs take other arguments, and the kernel has no two such in one map. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, FOLLOWED_ENTRIES);
	__type(key, __u32);
	__type(value, __u32);
} followed_entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, FOLLOWED_RETURNS);
	__type(key, __u32);
	__type(value, __u32);
} followed_returns SEC(".maps");

#endif
