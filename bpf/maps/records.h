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

/* Three quarters of the ring wait to be read. */
static __always_inline int ring_is_filling(void)
{
	return bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) > ring_bytes(&records) / 4 * 3;
}

static __always_inline void count(__u32 which)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &which);

	if (counter)	/* atomic: a run that preempts this one counts on the same CPU */
		add_atomically(counter, 1);
}

#define WAKE_BYTES 16384	/* what one record may take at most, but for few */

/*
 * The reader looks some times a second, by itself: to wake it for a record costs the thread more than that. Where a quarter of the ring
 * has filled since it is woken, so that what comes all at once finds room.
 */
static __always_inline __u64 wake_flags(void)
{
	__u64 beyond = bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) - ring_bytes(&records) / 4;

	return beyond < WAKE_BYTES ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* 0, or negative where the ring is full. */
static __always_inline long send_record(void *record, __u64 size)
{
	long failed = bpf_ringbuf_output(&records, record, size, wake_flags());

	if (!failed)
		count(COUNTER_RECORDS_SENT);
	return failed;
}

#endif
