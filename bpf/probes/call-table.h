/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The table of calls in flight: an array that is searched from a place that the call's key chooses. An entry is claimed
 * by compare-and-swap, where a hash map takes a lock and its list of free elements twice a call.
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

#define NO_PLACE	(-1)

/*
 * Where the call stands whose entry was noted; with `claims`, else a free place that is claimed for it. NO_PLACE where there
 * is neither. Verified alone: once, and not with all that follows from each place.
 */
verified_alone int place_of_call(__u64 stack, __u32 process, int claims)
{
	__u32 entries = entries_of(&calls), place = first_place(stack, process, entries);

	for (int i = 0; i < CALL_PLACES; i++) {
		struct call *call = bpf_map_lookup_elem(&calls, &place);

		if (call && is_call(call, stack, process))
			return place;
		if (claims && call && call->state == CALL_FREE && !compare_and_swap(&call->state, CALL_FREE, CALL_CLAIMED))
			return place;
		place = place + 1 < entries ? place + 1 : 0;
	}
	return NO_PLACE;
}

static __always_inline struct call *find_call(__u64 stack, __u32 process)
{
	__u32 place = place_of_call(stack, process, 0);

	return bpf_map_lookup_elem(&calls, &place);
}

/* Room for a call, at *place; NULL where there is none. CALL_NOTED: taken over from a cancelled thread, and counted already. */
static __always_inline struct call *claim_call(__u64 stack, __u32 process, __u32 *place)
{
	*place = place_of_call(stack, process, 1);
	return bpf_map_lookup_elem(&calls, place);
}

#endif
