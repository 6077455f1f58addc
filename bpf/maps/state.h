/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the programs remember between calls. No LRU: eviction would be silent. */
#ifndef MASTHEAD_MAPS_STATE_H
#define MASTHEAD_MAPS_STATE_H

#include "sockets.h"
#include "../lib/work.h"

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
/* Where a probe stands: an enum site_function, and the enum record_source of what it stands on. */
struct site {
	__u8 function;
	__u8 source;
};

enum call_state { CALL_FREE, CALL_CLAIMED, CALL_NOTED };
struct call {
	__u32 state;
	__u32 process;
	__u64 stack;		/* at entry, on the return address */
	__u64 ssl;
	__u64 buffer;
	__u64 length_at;	/* address of the size_t that takes the length; 0: it is the return value */
	__u64 begun_ns;		/* of a write */
	__u64 outer_stack;	/* of the call on the same thread that this one is within; 0: of none */
	struct site site;
	__u8 reads_before;	/* of ciphertext_reads, the lowest byte at entry */
	__u8 reserved;
	__u32 thread;		/* its id */
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

/* How many calls of a process are in flight. Several processes may share an entry: then it says of each that there may be some. */
#define CALL_CELLS 4096
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CALL_CELLS);
	__type(key, __u32);
	__type(value, __u32);
} calls_in_flight SEC(".maps");

static __always_inline __u32 *calls_of_process(__u32 process)
{
	__u32 cell = process & (CALL_CELLS - 1);

	return bpf_map_lookup_elem(&calls_in_flight, &cell);
}

#define NO_CIPHERTEXT 1
#define MIXED_CIPHERTEXT 2

/* What is remembered of a target's thread that made a call. It is kept with the thread, and gone with it. */
struct thread {
	struct executable executable;
	/* As of which tables, which count of exclusions and which program it is a target. generation 0: ask again */
	__u32 generation;
	__u32 exclusions;
	__u64 exec_id;
	__u64 stack;			/* of the innermost call it is in; 0: in none */
	__u32 place;			/* of that call in `calls` */
	__u32 wants;			/* of enum timing: what its process may be asked for */
	__u64 write_begun_ns;		/* of the last system call that wrote; 0: another came since, or nobody notes that */
	__u64 read_from;		/* the socket that it last read ciphertext from: its handle; NO_CIPHERTEXT: it read something else since; MIXED_CIPHERTEXT: from several, and asked no library in between; 0: none */
	__u64 read_for;			/* the connection that a library was asked for first after that; 0: none yet */
	__u64 wrote_for;		/* the connection that took plaintext, until the thread writes ciphertext; MIXED_CIPHERTEXT: several did; 0: none */
	__u32 knows_ciphertext;		/* it has met sockets that carry TLS */
	__u32 arrived_bytes;		/* where arrival is wanted: for how many bytes from arrived_ns's on that holds; 0: it is not known */
	struct record_socket socket;	/* the first that it touched during that call; family 0: none */
	struct record_socket copied_by;	/* that the library has for what it copies now: a place for it beside the stack */
	/* Where timings are wanted. */
	__u64 write_begun_cpu_ns;	/* thread_cpu_ns() when the call began that it is in; 0: of none that writes */
	__u64 arrived_ns;		/* when the first byte that its last receive took could be read at the socket */
	__u32 network_known;		/* TIMING_NETWORK: of the socket of the call that it is in, the next two are known */
	__u32 rtt_us;
	__u32 retransmits;
	__u32 requests_begun;		/* that it read as a server */
	__u32 unanswered;		/* of those */
	__u32 ciphertext_reads;		/* from sockets that were seen to carry some */
	__u32 read_is_tied;		/* the socket of `read_for` is known */
	__u32 wrote_bytes;		/* `wrote_for` took some; it may have written without */
	/* What OpenSSL was given, and is in memory nobody has touched (probes/cold-write.h). */
	__u64 cold_ssl;
	__u64 cold_buffer;
	__u64 cold_stack;		/* as the library was about to touch it */
	__u32 cold_bytes;		/* 0: there is none */
	__u32 cold_tie;
	__u32 writes_seen;		/* system calls of this thread that write are looked at */
	__u32 reserved;
};
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

/* Processes that made a call: which executable, what asks for it, what to remove when they end. */
struct process {
	struct executable executable;
	__u64 items;		/* by executable, of `generation`'s tables */
	__u32 generation;
	__u32 connections;
	__u32 strange_sockets;	/* of it */
	__u32 http2;		/* connections so far that spoke it; user space reads this */
	__u32 wants;		/* of enum timing, by `items` */
	__u32 hands_over;	/* a response was written by another thread than the one that had read its request */
	/* Of OpenSSL; user space reads these. */
	__u32 foreign_bios;	/* what it read came through something of its own, and from no socket that the library has */
	__u32 unread;		/* connections that ended on which heads were written and none was read */
	__u32 has_read;		/* one ended on which some was read */
	__u32 reserved;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct process);
} processes SEC(".maps");

/* Does a policy ask about the process, or is it looked at only until its connections have ended? */
static __always_inline int is_wanted(__u32 id)
{
	struct process *process = bpf_map_lookup_elem(&processes, &id);

	return !process || process->items || !process->generation;
}

#endif
