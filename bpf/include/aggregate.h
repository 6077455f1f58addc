/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The contract of aggregation: where a policy says `aggregate: true`, exchanges are counted here instead of being sent.
 *
 * A series is what usage needs to know of exchanges that are alike: the record of a request as it would have been sent, less
 * all that differs from one request to the next, with the response's status. Nothing gets into it that was not in a record,
 * so that what keeps a secret out of records keeps it out of here (promise redacted-at-source).
 */
#ifndef MASTHEAD_AGGREGATE_H
#define MASTHEAD_AGGREGATE_H

#include "record.h"
#include "tables.h"

#define AGGREGATE_PATH_MAX	256	/* bytes of a path; what is longer is cut */
#define AGGREGATE_SHAPE_MAX	1024
#define AGGREGATE_MEASURES	8	/* headers that the policies of one slot sum up */
#define AGGREGATE_WINDOW_US	10000000	/* a usage window */
#define LATENCY_BUCKETS		1857	/* 0 to LAST_BUCKET of packages/shared/src/usage/histogram.ts */
#define LATENCY_ZERO		(-1)	/* ZERO_BUCKET there */

/* map `aggregate_slots`: ARRAY of TABLE_SLOTS */
struct aggregate_slot {
	__u64 items;		/* under which every policy that may govern aggregates */
	__u64 whole_paths;	/* items under which a policy asks for more of a path than its template */
};

/*
 * A segment of a path that is an id by its looks alone (a number; a word with three digits or more) becomes PATH_ID, where no
 * policy may ask for more: whatever stands there, the path has the same template. Else each id would be a series.
 * packages/agent/src/aggregate/path-folding.ts has the same rule.
 */
#define PATH_ID			'0'
#define PATH_ID_DIGITS		3
#define VERSION_MAX_BYTES	11	/* of v123alpha45, which is no id */

/* map `aggregate_uses`: HASH. What usage makes of an element that a rule let into a record. */
struct aggregate_use_key {
	__u32 slot;
	__u16 rule;		/* header_rule.id */
	__u16 response;		/* 0: of a request */
};
struct aggregate_use {
	__u8 names;		/* 1: it tells series apart (tenant, dimension, host) */
	__u8 measure;		/* place in record_series.measures, from 1; 0: it is not summed */
	__u8 reserved[2];
};

/* map `aggregate_settings`: ARRAY of 1 */
struct aggregate_settings {
	__u32 buffer;		/* which of the two maps of series is counted into; user space empties the other one */
	__u32 reserved;
	__s64 unix_us;		/* what CLOCK_MONOTONIC lacks to Unix time */
	__u64 k0, k1;		/* of the hash of series: random, so that nobody makes two fall together */
};

/* map `latency_bounds`: ARRAY of 1. The most whole microseconds of each bucket from 0 on, ascending. */
struct latency_bounds {
	__u64 most_us[LATENCY_BUCKETS];
};

/* maps `series_0`, `series_1`: HASH to struct record_series; `latencies_0`, `latencies_1`: HASH to __u64, exchanges */
struct series_key {
	__u64 shape[2];		/* SipHash-2-4-128 of record_series.shape */
	__u32 window;		/* in which they ended: Unix time by AGGREGATE_WINDOW_US */
	__u16 status;		/* 0: no response */
	__s16 bucket;		/* of latency; 0 in maps of series */
};

/* The sum of a header's numbers: high * 10^9 + low + fraction / 10^9. Each part fits whatever is added in an epoch. */
struct measure_sum {
	__s64 high, low, fraction;
};

/*
 * A series with what was counted of it. In the ring, as RECORD_SERIES, it is one exchange, for which there was no room in
 * the maps; `size` is then up to the end of the shape.
 */
struct record_series {
	struct record_header header;
	__u64 window;
	__u64 requests;
	__u64 errors;		/* status 500 and above, or none */
	__u64 request_bytes;
	__u64 response_bytes;
	__u64 duration_us;	/* in the ring: of that exchange */
	__u16 status;
	__u16 shape_bytes;
	__u32 measured;		/* by bit: measures that have numbers */
	struct measure_sum measures[AGGREGATE_MEASURES];
	__u8 shape[AGGREGATE_SHAPE_MAX];	/* struct record_message of a request, method, path, elements that name series */
};

#endif
