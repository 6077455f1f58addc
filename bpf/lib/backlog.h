/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * How much of the ring waits to be read, as a work area's runs last looked. To ask for it takes a fifth of what it takes to send a record, so they
 * ask now and then: as often as it takes to know that much of the ring has filled before the rest has.
 */
#ifndef MASTHEAD_BACKLOG_H
#define MASTHEAD_BACKLOG_H

#include "work.h"
#include "../maps/records.h"

#define RECORDS_A_LOOK 4	/* of one work area, 64 KiB at most */
#define RECORDS_A_WAKE 16	/* that are sent before the reader is woken again: to wake one that runs is no cheaper */

/* Where more than half waits, it is looked at each time: nothing is sampled for a ring that has been read since. */
static __always_inline __u64 backlog_of(struct work *w, __u32 bytes)
{
	if (w->records_before_look && w->backlog <= bytes / 2)
		return w->backlog;
	w->backlog = bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA);
	w->records_before_look = RECORDS_A_LOOK;
	return w->backlog;
}

/* Three quarters of the ring wait to be read. */
static __always_inline int ring_is_filling(struct work *w)
{
	__u32 bytes = bytes_of_ring();

	return backlog_of(w, bytes) > bytes / 4 * 3;
}

/* For the record that a run sends next, as output_record() takes them. */
static __always_inline __u64 next_wake_flags(struct work *w)
{
	__u32 bytes = bytes_of_ring();
	__u64 flags = wake_flags(backlog_of(w, bytes), bytes);

	w->records_before_look--;
	if (flags == BPF_RB_FORCE_WAKEUP) {
		w->backlog = 0;
		w->records_before_look = RECORDS_A_WAKE;
	}
	return flags;
}

#endif
