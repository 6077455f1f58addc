/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What leaves the kernel: records (include/record.h), and counters. */
#ifndef MASTHEAD_MAPS_RECORDS_H
#define MASTHEAD_MAPS_RECORDS_H

#include "../lib/platform.h"
#include "../include/record.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);	/* bytes; user space may choose another power of two before loading */
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &which);

	if (counter)	/* atomic: a run that preempts this one counts on the same CPU */
		add_atomically(counter, 1);
}

/* Read once by whoever asks: where it is read twice, clang works out where, which no verifier takes of a map. */
static __always_inline __u32 bytes_of_ring(void)
{
	__u32 bytes = ring_bytes(&records);

	opaque(bytes);
	return bytes;
}

/*
 * The reader looks some times a second, by itself: to wake it for a record costs the thread more than that. Where a quarter of the ring
 * has filled since it is woken, so that what comes all at once finds room. backlog: bytes that wait to be read.
 */
static __always_inline __u64 wake_flags(__u64 backlog, __u32 bytes)
{
	__u64 quarter = bytes / 4;

	return backlog - quarter < quarter ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* 0, or negative where the ring is full. */
static __always_inline long output_record(void *record, __u64 size, __u64 flags)
{
	long failed = bpf_ringbuf_output(&records, record, size, flags);

	if (!failed)
		count(COUNTER_RECORDS_SENT);
	return failed;
}

/* What is seldom sent; lib/backlog.h has what every message sends. As output_record(). */
static __always_inline long send_record(void *record, __u64 size)
{
	return output_record(record, size, wake_flags(bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA), bytes_of_ring()));
}

#endif
