/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The per-CPU memory of one program run. Raw bytes are in `head.bytes`, `small`, `key` and `scheme` only, and zeroed before the
 * run is over (promise redacted-at-source); of a scheme that is known its name stays. What a loop changes lives here, but for little, and not in registers, which keeps the
 * verifier's work small and the same for 1 KiB and 16 KiB.
 */
#ifndef MASTHEAD_WORK_H
#define MASTHEAD_WORK_H

#include "connection.h"

/* Calls that may begin no head before a connection is left alone. */
#define PATIENCE_FRESH	16	/* seen from its first byte on: what a client says to a proxy may come before the first head (SOCKS with a password, read in pieces) */
#define PATIENCE_UNIX	16	/* many of these carry a program's output */
#define PATIENCE	200	/* the body of a message that began before it was seen */

#define WORK_AREAS		4	/* depth of preemption on one CPU that is followed */
#define HEAD_BLOCK_BYTES	1024
#define RESPONSE_BLOCK_BYTES	512	/* first of a response: most heads are shorter, and what follows is body */
#define COPY_MAX_BYTES		4096	/* of one path or one kept value */
#define HEAD_BUFFER_BYTES	(HEAD_MAX_BYTES + COPY_MAX_BYTES)
#define SMALL_BYTES		64

/* A head as far as it was seen; also the value of map `assemblies`. */
struct head {
	__u32 used;		/* bytes in `bytes` */
	__u32 scanned;		/* of those, looked at for line ends */
	__u32 line_start;	/* where the unfinished line begins */
	__u32 start;		/* of the start line: empty lines before it are skipped */
	__u32 lines;
	__u16 flags;
	__u8 checked;		/* the start line was found valid */
	__u8 reserved;
	__u64 first_byte_ns;
	__u64 arrived_ns;	/* when that byte could be read at the socket; 0: not known */
	__u16 line_ends[HEAD_MAX_LINES];	/* where the LFs are */
	__u8 bytes[HEAD_BUFFER_BYTES];
};
#define ASSEMBLY_BYTES (__builtin_offsetof(struct head, bytes) + HEAD_MAX_BYTES + HEAD_BLOCK_BYTES)

struct parsed_head {
	__u8 is_response;
	__u8 version_minor;
	__u8 method_class;	/* OUTSTANDING_HEAD >> 24, OUTSTANDING_CONNECT >> 24 or 0 */
	__u8 is_connect;
	__u16 status;
	__u16 method_length;
	__u32 target_start, target_end;
	__u32 host_start, host_end;	/* of a target in absolute form, which counts and not the field Host (RFC 9112 section 3.2.2); both 0: of no such one */
	/* framing fields */
	__u64 content_length;
	__u8 has_length;
	__u8 bad_length;
	__u8 has_encoding;
	__u8 chunked_last;
	__u8 chunked_before;	/* another coding */
	__u8 doubtful;		/* a field that would change framing is malformed */
	__u8 truncated;
	__u32 request;		/* the outstanding entry that this response answers */
};

/* Why a request is read for usage and for nothing else. */
enum counted { COUNTED_BY_BUDGET = 1, COUNTED_BY_POLICY = 2 };

/* Who asks what of this head. */
struct judgement {
	__u32 slot;
	__u32 generation;
	__u64 items;
	__u32 other_slot;	/* active where that is another one */
	__u32 changed;		/* 1: what other_slot's items allow counts too */
	__u64 other_items;
	__u32 fields;		/* 1: header fields may be sent */
	__u32 counted;		/* enum counted: only what usage needs is sent */
	__u64 query_names, query_keep;
	__u64 names;		/* name_bit of those that `slot` has rules for in this direction */
	__u32 timings;		/* of enum timing */
	__u32 reserved_too;
	__u32 aggregate;	/* 1: it is counted into a series, and not sent */
	__u32 whole_path;	/* 1: a policy asks for more of its path than the template */
};

struct finder {
	__u32 at, to;
	__u8 first, second;
	__u16 reserved;
};

/* An element of a list, less outer whitespace. */
struct list_element {
	__u32 from, to;
};

/* struct iovec: where bytes of the program are. */
struct part {
	__u64 address, length;
};
#define PARTS_AT_ONCE 8

struct number {
	__u64 value, first;
	__u8 digits, numbers, bad, after;
};

/* A header value, by where it is in the head. */
struct value {
	__u32 from, to;			/* less outer whitespace */
	__u32 secret;			/* where what follows the scheme begins */
	__u8 scheme;
	__u8 truncated;			/* not seen whole */
	__u16 reserved;
};

/* What the rule of that header says, beside what it allows. */
struct value_rule {
	__u32 keep_length;
	__u32 id;
};

struct query_walk {
	__u32 at, to;		/* of what is left */
	__u32 start;		/* where the query begins in the record */
	__u32 names, keep;	/* are names wanted, are some values */
	__u32 names_room;	/* bytes of query that the record may hold */
};

/* What is measured of a call. */
struct measured_call {
	__u32 wants;		/* of enum timing: what its process may be asked for; 0: nothing else here is set */
	__u32 known;		/* of enum timing */
	__u64 arrived_ns;	/* of a read: when its first byte could be read at the socket */
	__u32 arrived_bytes;	/* for how many bytes from the first one on that holds; 0: it is not known */
	__u32 rtt_us;
	__u32 retransmits;
	__u32 thread;		/* its id */
	__u64 cpu_ns;		/* thread_cpu_ns() when a read returned or a write began; 0: not known */
	__u64 served_ns;	/* with TIMING_CPU in known: between the request and this response */
	__u32 begun_before;	/* requests that began on the thread before this call */
	__u32 unanswered_before;	/* of those, without the end of a response so far */
	__u32 begun, answered;	/* in this call */
};

struct work {
	__u32 busy;
	__u32 index;
	/* the call */
	__u64 user;		/* address of its bytes, or of a part of them; 0: they cannot be had */
	__u32 size;		/* of that part */
	__u32 position;
	__u32 earlier;		/* bytes of the call before that part */
	__u32 left;		/* and behind it: where `parts` says */
	__u64 parts;		/* address of the next struct iovec that was not read */
	__u32 parts_left;	/* how many those are */
	__u32 parts_read;	/* in `part` */
	__u32 parts_taken;	/* of those */
	__u64 messages;		/* address of the next struct mmsghdr */
	__u32 messages_left;
	__u32 patience;		/* of the connection, where this is its first call */
	__u32 tie;		/* how `socket` is known */
	__u32 discarded;	/* the program has it thrown away: its bytes were never put anywhere */
	__u64 call_ns;		/* first byte */
	__u64 begun_ns;		/* of a write: when it began; 0: now, or it is unknown */
	__u64 now_ns;
	__u32 process;
	__u32 direction;
	__u32 failed;		/* a read of user memory failed */
	__u32 cut_line;		/* enum line_phase of the line that a head at its bound ends in */
	__u32 at_once;		/* a write that did not wait for room: it is over when it began, as far as is told */
	struct executable executable;	/* of the process */
	struct record_socket socket;	/* what was told of it during this call; family 0: nothing */
	__u32 finished;		/* a head was complete, or given up */
	__u32 head_used;	/* high mark of bytes to zero */
	/* scan */
	__u64 line_mask;
	__u32 line_base;
	__u32 head_end;		/* 0: not yet */
	__u32 ahead;		/* bytes in `small` that come next: they were read with the head before them */
	__u32 source;		/* enum record_source, of the call */
	__u32 next_response;	/* of the connection, before this head */
	__u32 field;		/* which is judged next */
	struct finder finder;
	struct number number;
	struct list_element element;
	struct query_walk query;
	struct value value;
	struct value_rule rule;
	struct header_key key;		/* of the line that is judged */
	struct header_rule found;	/* find_rule */
	struct scheme_key scheme;	/* what may be one, of its value */
	struct scheme_key last_scheme;	/* that was one */
	__u32 last_scheme_id;
	__u32 forgotten;
	struct parsed_head parsed;
	struct judgement judgement;
	struct measured_call measured;
	struct connection spare;	/* for connections that found no room */
	struct part part[PARTS_AT_ONCE];
	__u8 small[SMALL_BYTES];
	struct head head;
};

/* When the claimed call was. begun_ns: of a write; 0: it is made now. at_once: that did not wait. */
static __always_inline void place_in_time(struct work *w, __u64 begun_ns, int at_once)
{
	w->begun_ns = begun_ns;
	w->at_once = at_once;
	w->call_ns = begun_ns ? begun_ns : bpf_ktime_get_ns();
}

/* x, of which the verifier knows nothing any more: it looks at what comes next once, and not once for each that x could be. */
static __always_inline __u32 forgotten(struct work *w, __u32 x)
{
	*(volatile __u32 *)&w->forgotten = x;
	return *(volatile __u32 *)&w->forgotten;
}

/* The record under construction: redacted parts only. */
#define OUT_BYTES (16384 + COPY_MAX_BYTES)
struct out {
	__u32 size;
	__u32 pending;		/* a built record waits for the end of its message or of the call */
	union {
		__u8 bytes[OUT_BYTES];
		/* Through this map's type the object's BTF holds the layout of every record, for who decodes them. */
		struct record_message message;
		struct record_timings timings;
		struct record_element element;
		struct record_message_end message_end;
		struct record_connection_end connection_end;
		struct record_process process;
	};
};

#endif
