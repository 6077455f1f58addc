/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* An exchange that has ended is added to its series, and where there is no room for it, sent. */
#ifndef MASTHEAD_SERIES_BOOK_H
#define MASTHEAD_SERIES_BOOK_H

#include "words.h"
#include "../maps/aggregate.h"
#include "../maps/records.h"
#include "../maps/work.h"

/* The bucket of a duration, as packages/shared/src/usage/histogram.ts has it. */
static __always_inline __s16 bucket_of(__u64 duration_us)
{
	__u32 first = 0, low = 0;
	struct latency_bounds *bounds = bpf_map_lookup_elem(&latency_bounds, &first);

	if (!bounds || !duration_us)
		return LATENCY_ZERO;
#pragma unroll
	for (__u32 step = 1024; step; step /= 2) {	/* how many buckets are below; no branch, of which the verifier would follow both ways */
		__u64 most_us = bounds->most_us[at_most(low + step - 1, LATENCY_BUCKETS - 1)];

		low += step & -is_negative(most_us - duration_us);	/* the last one's is above all */
	}
	return low;
}

static __always_inline __u64 *latency_at(__u32 buffer, const struct series_key *key)
{
	return buffer ? bpf_map_lookup_elem(&latencies_1, key) : bpf_map_lookup_elem(&latencies_0, key);
}

static __always_inline __u64 *latency_of(__u32 buffer, const struct series_key *key, const struct zeroes *zeroes)
{
	__u64 *count = latency_at(buffer, key);

	if (count)
		return count;
	if (buffer)
		bpf_map_update_elem(&latencies_1, key, zeroes, BPF_NOEXIST);
	else
		bpf_map_update_elem(&latencies_0, key, zeroes, BPF_NOEXIST);
	return latency_at(buffer, key);
}

static __always_inline struct record_series *series_at(__u32 buffer, const struct series_key *key)
{
	return buffer ? bpf_map_lookup_elem(&series_1, key) : bpf_map_lookup_elem(&series_0, key);
}

static __always_inline struct record_series *series_of(__u32 buffer, const struct series_key *key, struct open_exchange *open,
						       const struct zeroes *zeroes)
{
	struct record_series *s = series_at(buffer, key);
	long failed;

	if (s)
		return s;
	failed = buffer ? bpf_map_update_elem(&series_1, key, zeroes, BPF_NOEXIST)
			: bpf_map_update_elem(&series_0, key, zeroes, BPF_NOEXIST);
	s = series_at(buffer, key);
	if (s && !failed) {	/* nobody reads it before this run is over */
		bpf_probe_read_kernel(s->shape, AGGREGATE_SHAPE_MAX, open->series.shape);
		s->shape_bytes = open->series.shape_bytes;
		s->status = key->status;
		s->window = key->window;
	}
	return s;
}

static __always_inline void add_sums(struct record_series *s, const struct record_series *one)
{
	if (!one->measured)
		return;
	__sync_fetch_and_or(&s->measured, one->measured);
#pragma unroll
	for (__u32 i = 0; i < AGGREGATE_MEASURES; i++) {
		if (!(one->measured & (1U << i)))
			continue;
		add_atomically(&s->measures[i].high, one->measures[i].high);
		add_atomically(&s->measures[i].low, one->measures[i].low);
		add_atomically(&s->measures[i].fraction, one->measures[i].fraction);
	}
}

/* There is no room in the maps: a series of one, by the ring. */
static __always_inline void send_series(struct open_exchange *open, __u64 now_ns)
{
	struct record_series *s = &open->series;
	const struct record_message *shape = (const struct record_message *)s->shape;
	__u32 size = __builtin_offsetof(struct record_series, shape) + s->shape_bytes;

	s->header.kind = RECORD_SERIES;
	s->header.size = size;
	s->header.time_ns = now_ns;
	s->header.pid = shape->header.pid;
	s->header.generation = shape->header.generation;
	s->requests = 1;
	if (send_record(s, at_most(size, sizeof(*s))))
		count(COUNTER_LOST_RING);
}

/* An exchange has ended, with its status or without an answer. Its entry is the caller's to delete. */
verified_alone int book_exchange(struct open_exchange *open, __u64 now_ns)
{
	__u32 first = 0, buffer;
	struct aggregate_settings *settings = bpf_map_lookup_elem(&aggregate_settings, &first);
	const struct zeroes *zeroes = bpf_map_lookup_elem(&zero, &first);
	struct series_key key = {};
	struct record_series *one, *s;
	__u64 *latency;

	if (!open || !settings || !zeroes)
		return 0;
	one = &open->series;
	buffer = *(volatile __u32 *)&settings->buffer;
	one->duration_us = now_ns > open->first_byte_ns ? (now_ns - open->first_byte_ns) / 1000 : 0;
	one->errors = !one->status || one->status >= 500;
	one->window = (now_ns / 1000 + settings->unix_us) / AGGREGATE_WINDOW_US;
	key.shape[0] = open->shape[0];
	key.shape[1] = open->shape[1];
	key.window = one->window;
	key.status = one->status;
	key.bucket = bucket_of(one->duration_us);
	latency = latency_of(buffer, &key, zeroes);
	key.bucket = 0;
	s = latency ? series_of(buffer, &key, open, zeroes) : 0;
	if (!s || !latency) {
		send_series(open, now_ns);
		return 0;
	}
	add_atomically(latency, 1);
	add_atomically(&s->requests, 1);
	if (one->errors)
		add_atomically(&s->errors, 1);
	add_atomically(&s->request_bytes, one->request_bytes);
	add_atomically(&s->response_bytes, one->response_bytes);
	add_sums(s, one);
	count(COUNTER_AGGREGATED);
	return 1;
}

#endif
