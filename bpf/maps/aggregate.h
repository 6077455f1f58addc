/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Series of exchanges that are counted (include/aggregate.h). Not per CPU: what is added is added atomically, and a series
 * takes its memory once. Memory is taken as series come, since most hosts aggregate nothing.
 */
#ifndef MASTHEAD_MAPS_AGGREGATE_H
#define MASTHEAD_MAPS_AGGREGATE_H

#include "../lib/work.h"
#include "../include/aggregate.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TABLE_SLOTS);
	__type(key, __u32);
	__type(value, struct aggregate_slot);
} aggregate_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct aggregate_use_key);
	__type(value, struct aggregate_use);
} aggregate_uses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct aggregate_settings);
} aggregate_settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct latency_bounds);
} latency_bounds SEC(".maps");

/* An exchange that is counted and has not ended. */
struct open_key {
	__u64 connection;
	__u32 exchange;
	__u32 reserved;
};
struct open_exchange {
	struct record_series series;	/* of this one exchange */
	__u64 shape[2];			/* its hash */
	__u64 first_byte_ns;
	__u8 request_done;
	__u8 response_done;
	__u8 reserved[6];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct open_key);
	__type(value, struct open_exchange);
} open_exchanges SEC(".maps");

/* The way over the elements of a record. */
struct aggregate_walk {
	__u32 at;
	__u32 full;			/* the shape has no room */
	__u32 kept;
	__u32 response;
};
/* The way over a path: its bytes from `at` on are still to be copied to the shape. */
struct path_walk {
	__u32 at, end;			/* in the record */
	__u32 to;			/* in the shape */
	__u32 segment;			/* where the segment begins there */
	__u32 digits, marks;		/* of the segment so far */
	__u32 other;			/* it is no id: it has a byte that ids do not have */
	__u32 version;			/* it begins like one */
};
struct summed_number {
	__u32 at, end;			/* of what is left of it in the record */
	__u64 whole, fraction;
	__u32 digits, decimals;
	__u32 point, negative;
	__u32 bad, reserved;
};

/* Where one is made, by the work area of the run. */
struct aggregate_area {
	struct open_exchange open;
	struct aggregate_walk walk;
	struct path_walk path;
	struct summed_number number;
	__u8 slack[AGGREGATE_SHAPE_MAX];	/* never written: the verifier sees less than what is checked */
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WORK_AREAS);
	__type(key, __u32);
	__type(value, struct aggregate_area);
} aggregate_areas SEC(".maps");

#define SERIES_MAP(name)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_HASH);	\
		__uint(max_entries, 8192);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);	\
		__type(key, struct series_key);		\
		__type(value, struct record_series);	\
	} name SEC(".maps")
SERIES_MAP(series_0);
SERIES_MAP(series_1);

#define LATENCIES_MAP(name)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_HASH);	\
		__uint(max_entries, 131072);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);	\
		__type(key, struct series_key);		\
		__type(value, __u64);			\
	} name SEC(".maps")
LATENCIES_MAP(latencies_0);
LATENCIES_MAP(latencies_1);

#endif
