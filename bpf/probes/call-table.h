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

struct call_search {
	__u64 stack;
	__u32 process;
	__u32 entries;
	__u32 place;	/* that is looked at next; where it ended with `found` */
	__u32 claims;	/* a free place does, and is claimed */
	__u32 found;
};

static long try_place(__u32 index, struct call_search *search)
{
	__u32 place = search->place;
	struct call *call = bpf_map_lookup_elem(&calls, &place);

	(void)index;
	search->found = call && (is_call(call, search->stack, search->process) ||
				 (search->claims && call->state == CALL_FREE && !compare_and_swap(&call->state, CALL_FREE, CALL_CLAIMED)));
	if (search->found)
		return 1;
	search->place = place + 1 < search->entries ? place + 1 : 0;
	return 0;
}

/*
 * Where the call stands whose entry was noted; with `claims`, else a free place that is claimed for it. NO_PLACE where there
 * is neither. The first place nearly always is the one; the loop is one for the verifier too, which a plain one is not.
 */
verified_alone int place_of_call(__u64 stack, __u32 process, int claims)
{
	__u32 entries = entries_of(&calls);
	struct call_search search = { .stack = stack, .process = process, .entries = entries,
				      .place = first_place(stack, process, entries), .claims = claims != 0 };

	if (!try_place(0, &search))
		bpf_loop(CALL_PLACES - 1, try_place, &search, 0);
	return search.found ? (int)search.place : NO_PLACE;
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
