/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is remembered of one connection. User space may read the first fields in map `connection_states`. */
#ifndef MASTHEAD_CONNECTION_H
#define MASTHEAD_CONNECTION_H

#include "platform.h"
#include "../include/record.h"
#include "../include/tables.h"

/*
 * `ssl` is what a connection is known by in its process: the address of the TLS library's object, or SOCKET_HANDLE and the
 * inode number of a socket, which no other socket has as long as this one lives and for long after.
 */
#define SOCKET_HANDLE (1ULL << 63)
struct connection_key {
	__u64 ssl;
	__u32 process;		/* thread group */
	__u32 reserved;
};

struct executable {
	__u64 device, inode;
};

enum direction_index { READ = 0, WRITE = 1 };

enum direction_state {
	STATE_HEAD,		/* in step: the next byte begins a head, or goes on with one in `assemblies` */
	STATE_SKIP_HEAD,	/* the head went beyond a bound: looking for its end */
	STATE_BODY,		/* `remaining` bytes of body */
	STATE_CHUNK_SIZE,	/* in a chunk-size line, or in the line end after a chunk's data */
	STATE_CHUNK_DATA,	/* `remaining` bytes of a chunk */
	STATE_TRAILER,		/* trailer lines up to an empty one */
	STATE_UNTIL_CLOSE,
	STATE_TUNNEL,
	STATE_RESYNC,		/* not in step: only a whole start line at the start of a call counts */
	STATE_IGNORE,		/* nothing here is looked at any more */
};

/* Where a chunk-size line is; `direction.phase` in STATE_CHUNK_SIZE. */
enum chunk_phase { CHUNK_AFTER_DATA, CHUNK_AFTER_DATA_CR, CHUNK_DIGITS, CHUNK_BLANKS, CHUNK_EXTENSION, CHUNK_CR };

/* What a line that was cut off holds so far; `direction.phase` in STATE_SKIP_HEAD and STATE_TRAILER. */
enum line_phase { LINE_EMPTY, LINE_CR, LINE_MORE, LINE_MORE_CR };

/* What follows a head; `direction.after` in STATE_SKIP_HEAD. UNSEEN: a part of the head that was not read may say it; UNKNOWN: readers differ. */
enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_UNTIL_CLOSE, FRAMING_TUNNEL, FRAMING_UNSEEN, FRAMING_UNKNOWN };

/* One cache line. */
struct direction {
	__u64 remaining;
	__u64 bytes;		/* of the open message so far, head and body */
	__u64 first_byte_ns;	/* of the open message */
	__u32 exchange;		/* of the open message */
	__u16 next_flags;	/* record flags for the next head */
	__u16 end_flags;	/* record flags for the end of the open message */
	__u8 state;
	__u8 phase;
	__u8 digits;		/* of a chunk size */
	__u8 after;		/* enum framing */
	__u8 open;		/* a message has begun and not ended */
	__u8 silent;		/* nothing is said of the open message */
	__u8 assembling;	/* the begun head lies in `assemblies` */
	__u8 in_step;		/* has seen a valid head */
	__u8 missed;		/* a call was not seen */
	__u8 response;		/* the open message is a response */
	__u8 has_sequence;
	__u8 counted_here;	/* the open message is of an exchange in `open_exchanges` */
	__u32 generation;	/* the open message was recorded under */
	__u32 sequence;		/* with has_sequence: where TCP's own counter stood after the last call in clear */
	__u32 reserved[3];
};

/* One outstanding request. */
#define OUTSTANDING_GENERATION	0x00ffffff
#define OUTSTANDING_SLOT_SHIFT	24
#define OUTSTANDING_HEAD	(1U << 27)
#define OUTSTANDING_CONNECT	(1U << 28)
#define OUTSTANDING_SILENT	(1U << 29)	/* its record was lost, or it is not governed: no response record either */
#define OUTSTANDING_COUNTED	(1U << 30)	/* beyond a budget: of its response only what usage needs */
#define OUTSTANDING_AGGREGATED	(1U << 31)	/* it is in `open_exchanges` */

/*
 * Of a connection nothing is in a near cache when its next message comes, so what a message touches lies in four lines: the first two,
 * that of its direction, and one of `outstanding`. The size is seven lines, and the array of them begins with one.
 */
struct connection {
	__u64 id;
	__u32 next_request;	/* exchange numbers */
	__u32 next_response;
	struct connection_key key;
	__u32 busy;		/* claimed by a program run */
	__u32 items_generation;
	__u64 items;		/* that hold for it, by the tables of items_generation */
	__u32 generation;	/* of the last record */
	__u32 early_responses;	/* that were read with no request outstanding: one may be in a write that has not returned */
	__u8 role;
	__u8 source;		/* enum record_source */
	__u8 tie;		/* enum record_tie */
	__u8 lost;		/* stands for connections that found no room: heads are counted, nothing else */
	__u8 reported;		/* user space knows of it */
	__u8 pipelined;		/* has had two requests outstanding */
	__u8 unseen_requests;	/* its requests lost their place: one may have been missed */
	__u8 certain;		/* of the outstanding, how many were asked before that */
	/* the next line */
	struct record_socket socket;
	__u32 overflow_from;	/* with `overflow`: exchanges from here on are not in the ring */
	__u32 overflow;
	__u8 not_http;		/* counted */
	__u8 unseen_reads;	/* reads found no room in `calls`: a response may come to a request that was not seen */
	__u8 patience;		/* how many more calls may begin no head, as long as none has, before it is left alone */
	__u8 tied_by;		/* with tied_to: the direction_index of the call that it followed or went before */
	__u8 is_drained;	/* where arrival is wanted: the library had nothing left when it was asked last */
	__u8 serving_response;	/* where CPU time is wanted: it is writing the response to one of the requests in serving_open */
	__u16 shutdown_at;	/* where the TLS object that its address names notes that the peer ended it; 0: not known */
	__u32 aggregates;	/* has had exchanges in `open_exchanges` */
	__u32 serving_open;	/* where CPU time is wanted: requests of this connection that the thread read and has not answered to the end */
	struct direction directions[2];
	__u32 outstanding[PIPELINE_MAX];
	__u64 tied_to;		/* the socket that a call on it seemed to be on: its handle; 0: none */
	__u64 early_ns;		/* when the last of early_responses came */
	/* Where CPU time is wanted: the last request that began, and the thread that read it. */
	__u64 serving_cpu_ns;	/* thread_cpu_ns() then; 0: what comes cannot be told from other work of the thread */
	__u32 serving_exchange;
	__u32 serving_thread;
	__u32 serving_begun;	/* how many had begun on the thread, this one included */
	__u32 place;		/* in its table */
	__u32 next_free;	/* once it has ended: the place that was given back before its own; 0: none */
	__u32 ended_here;	/* its process ended its side (shutdown) before the peer ended its own */
	__u64 hello;		/* of a TLS object whose handshake was seen: as that of a strange_socket; 0: it was not, or nobody knows where the library has it */
	__u32 reserved_last[2];
};
_Static_assert(sizeof(struct connection) == 7 * 64, "an entry is seven lines");
_Static_assert(__builtin_offsetof(struct connection, socket) == 64, "what comes before is one line");
_Static_assert(__builtin_offsetof(struct connection, directions) == 128 && sizeof(struct direction) == 64, "each direction is one");

#endif
