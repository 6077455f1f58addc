/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The table of calls in flight: an array that is searched from a place that the call's key chooses. An entry is claimed
 * by compare-and-swap, so that a call costs neither a lock nor an allocation, of which a hash map takes two of each.
 */
#ifndef MASTHEAD_PROBES_CALL_TABLE_H
#define MASTHEAD_PROBES_CALL_TABLE_H

#include "../maps/state.h"

#define CALL_PLACES 32	/* where a call may be: half full, a table has no room there for 3 calls of 100,000 */

/* The first of a call's places. The table's size is whatever user space chose before it was loaded. */
static __always_inline __u32 first_place(__u64 stack, __u32 process, __u32 entries)
{
	__u64 mixed = ((stack >> 3) ^ ((__u64)process << 32)) * 0x9e3779b97f4a7c15ULL;

	return ((mixed >> 32) * entries) >> 32;
}

/* An entry may become another's while it is looked at: then its state or its stack is another when it is read again. */
static __always_inline int is_call(const volatile struct call *call, __u64 stack, __u32 process)
{
	return call->state == CALL_NOTED && call->stack == stack && call->process == process && call->stack == stack &&
	       call->state == CALL_NOTED;
}

/* The call whose entry was noted; NULL where it was not. */
static __always_inline struct call *find_call(__u64 stack, __u32 process)
{
	__u32 entries = entries_of(&calls), place = first_place(stack, process, entries);

	for (int i = 0; i < CALL_PLACES; i++) {
		struct call *call = bpf_map_lookup_elem(&calls, &place);

		if (call && is_call(call, stack, process))
			return call;
		place = place + 1 < entries ? place + 1 : 0;
	}
	return 0;
}

/*
 * Room for a call, claimed: NULL where none of its places is free. One that a cancelled thread left there is taken over;
 * *taken_over says so.
 */
static __always_inline struct call *claim_call(__u64 stack, __u32 process, int *taken_over)
{
	__u32 entries = entries_of(&calls), place = first_place(stack, process, entries);

	for (int i = 0; i < CALL_PLACES; i++) {
		struct call *call = bpf_map_lookup_elem(&calls, &place);

		if (call && is_call(call, stack, process)) {
			*taken_over = 1;
			return call;
		}
		if (call && call->state == CALL_FREE && !compare_and_swap(&call->state, CALL_FREE, CALL_CLAIMED))
			return call;
		place = place + 1 < entries ? place + 1 : 0;
	}
	return 0;
}

#endif
