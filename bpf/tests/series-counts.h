/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Tables under which the policy of tables-for-tests.h counts, and what was counted. */
#ifndef MASTHEAD_TESTS_SERIES_COUNTS_H
#define MASTHEAD_TESTS_SERIES_COUNTS_H

#include "engine.h"
#include "render.h"

#define NAMES_KEEP (1 << ELEMENT_KEEP)

static void use_rule(__u16 rule, __u16 response, __u8 names, __u8 measure)
{
	struct aggregate_use_key key = { .rule = rule, .response = response };
	struct aggregate_use use = { .names = names, .measure = measure };

	bpf_map_update_elem(&aggregate_uses, &key, &use, BPF_ANY);
}

/* The policy aggregates: x-keep of requests is the tenant, x-keep of responses is summed, authorization is fingerprinted. */
static void set_counting_tables(void)
{
	struct aggregate_slot slot = { .items = 1 };
	struct latency_bounds bounds;
	struct slot_config *config;
	__u32 zero = 0;

	config = bpf_map_lookup_elem(&slots, &zero);
	config->usage_request_names = config->usage_response_names = ~0ULL;
	set_rule(set_on_host, 0, "x-keep", (struct header_rule){ .request.keep = 1, .response.keep = 1, .request_usage.keep = 1,
								 .response_usage.keep = 1, .id = 1, .keep_length = 64 });
	set_rule(set_on_host, 0, "authorization", (struct header_rule){ .request = { 1, 1, 1, 1 }, .request_usage = { 1, 1 }, .id = 2,
									.keep_length = 100, .has_scheme = 1, .floor = 1 });
	use_rule(1, 0, NAMES_KEEP, 0);
	use_rule(1, 1, 0, 1);
	use_rule(2, 0, NAMES_KEEP | 1 << ELEMENT_FINGERPRINT, 0);
	bpf_map_update_elem(&aggregate_slots, &zero, &slot, BPF_ANY);
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		bounds.most_us[i] = 1 + i;
	bpf_map_update_elem(&latency_bounds, &zero, &bounds, BPF_ANY);
}

struct count_of {
	__u64 series, requests, errors, latencies, open;
	struct record_series last;
};

static long add_series(void *map, struct series_key *key, struct record_series *s, struct count_of *total)
{
	(void)map;
	(void)key;
	total->series++;
	total->requests += s->requests;
	total->errors += s->errors;
	total->last = *s;
	return 0;
}

static long add_latency(void *map, struct series_key *key, __u64 *count, struct count_of *total)
{
	(void)map;
	(void)key;
	total->latencies += *count;
	return 0;
}

static long add_open(void *map, struct open_key *key, struct open_exchange *open, struct count_of *total)
{
	(void)map;
	(void)key;
	(void)open;
	total->open++;
	return 0;
}

static struct count_of counts(void)
{
	struct count_of total = {};

	bpf_for_each_map_elem(&series_0, add_series, &total, 0);
	bpf_for_each_map_elem(&series_1, add_series, &total, 0);
	bpf_for_each_map_elem(&latencies_0, add_latency, &total, 0);
	bpf_for_each_map_elem(&latencies_1, add_latency, &total, 0);
	bpf_for_each_map_elem(&open_exchanges, add_open, &total, 0);
	return total;
}

static __u64 series_sent(void)
{
	__u64 sent = 0;

	for (size_t at = 0; at < host.sent_bytes;) {
		const struct record_header *h = (const void *)(host.sent + at);

		sent += h->kind == RECORD_SERIES;
		at += (h->size + 7) & ~7U;
	}
	return sent;
}

/* captured = request records + series of one + what is in series + what has not ended + lost */
static int counts_add_up(const struct rendering *sent)
{
	struct count_of total = counts();
	__u64 sum = series_sent() + total.requests + total.open + counted(COUNTER_LOST_AGGREGATE);

	for (int i = COUNTER_LOST_RING; i <= COUNTER_LOST_CALLS; i++)
		sum += counted(i);
	for (int i = 0; i < sent->lines; i++)
		sum += !sent->line[i].response;
	return sum == counted(COUNTER_CAPTURED) && total.requests == total.latencies && total.requests == counted(COUNTER_AGGREGATED);
}

#endif
