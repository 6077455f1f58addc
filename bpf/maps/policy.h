/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The policy tables of include/tables.h. Written by user space, read here. */
#ifndef MASTHEAD_MAPS_POLICY_H
#define MASTHEAD_MAPS_POLICY_H

#include "../lib/platform.h"
#include "../include/tables.h"

/* A section of data is a map of that name. Programs read it where it lies, without looking it up. */
struct active_tables active SEC(ACTIVE_MAP) __attribute__((aligned(8)));

/* By one load, so that what it says belongs together. */
static __always_inline struct active_tables active_now(void)
{
	union {
		__u64 whole;
		struct active_tables tables;
	} now = { .whole = *(const volatile __u64 *)&active };

	return now.tables;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TABLE_SLOTS);
	__type(key, __u32);
	__type(value, struct slot_config);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct header_key);
	__type(value, struct header_rule);
} header_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TABLE_SLOTS * NAME_BITS);
	__type(key, __u32);
	__type(value, struct rule_by_bit);
} rules_by_bit SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct header_key);
	__type(value, struct query_rule);
} query_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct executable_key);
	__type(value, __u64);
} executable_items SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct port_key);
	__type(value, __u64);
} port_items SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct executable_key);
	__type(value, __u8);
} suspended_executables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BUDGETS);
	__type(key, __u32);
	__type(value, struct budget_rate);
} budget_rates SEC(".maps");

/* Up to when tokens are taken, in nanoseconds from BUDGET_ORIGIN. Apart from the rates, so that a new rate fills no bucket. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BUDGETS);
	__type(key, __u32);
	__type(value, __u64);
} budget_states SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct scheme_key);
	__type(value, __u8);
} auth_schemes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fingerprint_key);
} fingerprint_key SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} excluded_processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} exclusions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WAITING_READS);
	__type(key, __u32);
	__type(value, struct waiting_read);
} waiting_reads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} waiting_threads SEC(".maps");

/* NULL: the thread is none of them. */
static __always_inline struct waiting_read *waiting_read_of(__u32 thread_id)
{
	__u32 first = 0, *threads = bpf_map_lookup_elem(&waiting_threads, &first);

	return threads && *threads ? bpf_map_lookup_elem(&waiting_reads, &thread_id) : 0;
}

#endif
