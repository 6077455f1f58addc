/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the programs remember between calls. No LRU: eviction would be silent. */
#ifndef MASTHEAD_MAPS_STATE_H
#define MASTHEAD_MAPS_STATE_H

#include "../lib/work.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct connection_key);
	__type(value, struct connection);
} connections SEC(".maps");

/* The next connection id. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} connection_ids SEC(".maps");

/* Heads that are not complete at the end of a call. Raw bytes: zeroed before they are deleted. */
struct assembly_key {
	__u64 connection;
	__u32 direction;
	__u32 reserved;
};
struct assembly {
	__u8 bytes[ASSEMBLY_BYTES];	/* a struct head, cut off at its bound */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, struct assembly_key);
	__type(value, struct assembly);
} assemblies SEC(".maps");

/*
 * Calls in flight (probes/call-table.h). The stack pointer tells calls of one process apart, nested ones and those of
 * fibers that move between threads too.
 */
enum call_state { CALL_FREE, CALL_CLAIMED, CALL_NOTED };
struct call {
	__u32 state;
	__u32 process;
	__u64 stack;		/* at entry, on the return address */
	__u64 ssl;
	__u64 buffer;
	__u64 length_at;	/* address of the size_t that takes the length; 0: it is the return value */
	__u64 begun_ns;		/* of a write */
	__u64 thread;		/* pid_tgid, in map `threads`; 0 where it is not there */
	__u32 function;
	__u32 reserved;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

/* Threads inside a call on a connection whose socket is not known. */
struct thread_call {
	__u64 ssl;
	__u64 stack;
	struct record_socket socket;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct thread_call);
} threads SEC(".maps");

/* Processes that made a call: which executable, what asks for it, what to remove when they end. */
struct process {
	__u64 device, inode;
	__u64 items;		/* by executable, of `generation`'s tables */
	__u32 generation;
	__u32 connections;
	__u32 calls;		/* in flight */
	__u32 reserved;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct process);
} processes SEC(".maps");

#endif
