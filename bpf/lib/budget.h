/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which requests are told in detail, and which only as far as usage needs them. A bucket is one word, moved by
 * compare-and-swap and shared by all CPUs: buckets for each CPU would divide a budget by the chance of scheduling.
 */
#ifndef MASTHEAD_BUDGET_H
#define MASTHEAD_BUDGET_H

#include "work.h"
#include "aggregate.h"
#include "../maps/policy.h"
#include "../maps/records.h"

#define BUDGET_ORIGIN	(1ULL << 62)	/* stands for the time 0 of the clock: a burst may be longer than that ran */
#define BUDGET_SWAPS	8		/* that may fail for others' sake before a token is refused */
#define BUDGETS_ASKED	4		/* of the policies that may govern a request */

/* Up to when tokens are taken, once one more is. */
static __always_inline __u64 with_one_more(const struct budget_rate *rate, __u64 taken, __u64 now)
{
	__u64 oldest = now - rate->burst_ns;

	return (taken < oldest ? oldest : taken) + rate->token_ns;
}

/* 0: the bucket is empty. Takes nothing. */
verified_alone int has_token(__u32 bucket, __u64 now_ns)
{
	struct budget_rate *rate = bpf_map_lookup_elem(&budget_rates, &bucket);
	volatile __u64 *taken = bpf_map_lookup_elem(&budget_states, &bucket);
	__u64 now = now_ns + BUDGET_ORIGIN;

	return !rate || !taken || !rate->token_ns || with_one_more(rate, *taken, now) <= now;
}

/* 0: the bucket is empty. */
verified_alone int take_token(__u32 bucket, __u64 now_ns)
{
	struct budget_rate *rate = bpf_map_lookup_elem(&budget_rates, &bucket);
	volatile __u64 *taken = bpf_map_lookup_elem(&budget_states, &bucket);
	__u64 now = now_ns + BUDGET_ORIGIN;

	if (!rate || !taken || !rate->token_ns)
		return 1;
	for (__u32 i = 0; i < BUDGET_SWAPS; i++) {
		__u64 seen = *taken, next = with_one_more(rate, seen, now);

		if (next > now)
			return 0;
		if (compare_and_swap(taken, seen, next) == seen)
			return 1;
	}
	return 0;
}

/* May a policy without a budget govern a request with these items? */
static __always_inline int is_unbudgeted(const struct slot_config *config, const struct work *w)
{
	return (items_that_govern(config, w->judgement.items) & config->unbudgeted) != 0;
}

/* Have those policies a token for it? */
static __always_inline int policies_have_token(const struct slot_config *config, const struct work *w)
{
	__u64 items = items_that_govern(config, w->judgement.items);

	for (__u32 i = 0; i < BUDGETS_ASKED && items; i++) {
		opaque(w);	/* its time is read anew, and kept nowhere on the stack */
		if (take_token(config->budgets[masked(lowest_bit(items), TABLE_ITEMS - 1)], w->now_ns))
			return 1;
		items &= items - 1;
	}
	return 0;
}

/*
 * For a request that is judged: is it counted into a series, and else, is it told in detail? No policy's token is spent where the
 * host has none. A ring that fills is as good as an empty bucket: detail goes before records do.
 */
verified_alone int judge_detail(struct work *w)
{
	struct slot_config *config;
	struct judgement *j;
	__u32 slot;

	if (!w)
		return 0;
	j = &w->judgement;
	slot = j->slot;
	config = bpf_map_lookup_elem(&slots, &slot);
	if (!config)
		return 0;
	if (is_aggregated(j, config, &slot)) {
		j->aggregate = 1;
		j->counted = COUNTED_BY_POLICY;
	} else {
		j->counted = COUNTED_BY_BUDGET;	/* not afterwards: clang 19 would keep on the stack which of the two it is */
		if (!ring_is_filling() &&
		    (is_unbudgeted(config, w) || (has_token(BUDGET_OF_HOST, w->now_ns) && policies_have_token(config, w))) &&
		    take_token(BUDGET_OF_HOST, w->now_ns)) {
			j->counted = 0;
			return 0;
		}
	}
	j->timings = 0;
	j->query_names = j->query_keep = 0;
	j->names = config->usage_request_names;
	return 0;
}

#endif
