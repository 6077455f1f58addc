/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The contract of the ring buffer: what the kernel tells user space. Shared by the BPF programs, the native addon and
 * (by a test over the object's BTF) the TypeScript decoder. No padding holes; little endian; lengths in bytes; times in
 * nanoseconds of CLOCK_MONOTONIC.
 *
 * Promise redacted-at-source: nothing in a record is a header value that the tables did not allow.
 */
#ifndef MASTHEAD_RECORD_H
#define MASTHEAD_RECORD_H

#define RECORD_MAX_BYTES	12288
#define RECORD_TARGET_MAX	4096	/* path and query that leave the kernel, together */
#define RECORD_METHOD_MAX	32
#define RECORD_FILE_MAX		256

enum record_kind {
	RECORD_REQUEST		= 1,	/* a request head: struct record_message, then method, path, query, elements */
	RECORD_RESPONSE		= 2,	/* a final response head: struct record_message, then elements */
	RECORD_MESSAGE_END	= 3,	/* the body of a message ended: struct record_message_end */
	RECORD_CONNECTION_END	= 4,	/* struct record_connection_end */
	RECORD_PROCESS_EXEC	= 5,	/* struct record_process, then the file name that was given to execve */
	RECORD_PROCESS_EXIT	= 6,	/* struct record_process, no file name */
	RECORD_SERIES		= 7,	/* struct record_series (aggregate.h): an exchange that is counted and found no room in the maps */
	RECORD_PROCESS_TARGET	= 8,	/* struct record_process, no file name: the first call as a target of a process without an execve of its own */
};

enum record_flag {
	RECORD_TRUNCATED	= 1 << 0,	/* part of the head did not fit its bound (16 KiB, lines, record), or the body was not followed to its end */
	RECORD_MID_STREAM	= 1 << 1,	/* first seen in the middle of a connection */
	RECORD_GAP_BEFORE	= 1 << 2,	/* bytes before this message were not understood or not seen */
	RECORD_COMPLETE		= 1 << 3,	/* the message ended with this record: no MESSAGE_END follows */
	RECORD_OBS_FOLD		= 1 << 4,	/* a folded header line (RFC 9112 section 5.2): that value is not whole */
	RECORD_BARE_LF		= 1 << 5,	/* a line ended in LF alone (RFC 9112 section 2.2) */
	RECORD_LENGTH_CONFLICT	= 1 << 6,	/* content-length and transfer-encoding disagree, or lengths differ */
	RECORD_MALFORMED	= 1 << 7,	/* a target, header line, length, encoding or chunk that the grammar does not allow */
	RECORD_TUNNEL		= 1 << 8,	/* 101, or 2xx to CONNECT: what follows is not looked at */
	RECORD_POLICY_CHANGED	= 1 << 9,	/* the response came under a later generation; only what both allow was sent */
	RECORD_UNTIL_CLOSE	= 1 << 10,	/* the body ends with the connection */
	RECORD_SOCKET		= 1 << 11,	/* local and peer are known (a nested system call told them) */
	RECORD_TIMINGS		= 1 << 12,	/* struct record_timings comes right after struct record_message */
	RECORD_COUNTED		= 1 << 13,	/* beyond a budget: for usage only, without query and without headers that usage does not need */
};

enum record_role { ROLE_UNKNOWN = 0, ROLE_SERVER = 1, ROLE_CLIENT = 2 };

/* What the bytes were read from; the second byte of an attach cookie. */
enum record_source {
	SOURCE_OPENSSL		= 1,
	SOURCE_GNUTLS		= 2,
	SOURCE_BORINGSSL	= 3,
	SOURCE_GO		= 4,
	SOURCE_SOCKET		= 5,	/* in clear, from system calls */
};

/* How it is known which socket a connection is on. */
enum record_tie {
	TIE_NONE	= 0,
	TIE_NESTED	= 1,	/* the library read from it or wrote to it during a call on the connection */
	TIE_ORDER	= 2,	/* the thread read from it just before the library gave plaintext, and wrote to it just after the library took some */
	TIE_DESCRIPTOR	= 3,	/* it is the socket itself that was read or written in clear, or the connection has its descriptor (Go) */
	TIE_HANDSHAKE	= 4,	/* its ciphertext began with the client hello that the connection has */
};

enum record_end_reason {
	END_CLOSED		= 1,	/* SSL_free */
	END_REUSED		= 2,	/* SSL_clear, or the pointer began a new connection */
	END_PROCESS		= 3,	/* the process ended or called execve */
	END_LEFT		= 4,	/* END_CLOSED, and the client had ended it while an exchange was open */
};

/* First in every record. */
struct record_header {
	__u16 kind;
	__u16 flags;
	__u32 size;		/* of the whole record */
	__u64 time_ns;		/* when it was made */
	__u32 pid;		/* thread group */
	__u32 generation;	/* of the policy tables it was made under; 0 for process records */
};

struct record_socket {
	__u16 family;		/* AF_INET, AF_INET6; 0: unknown */
	__u16 local_port;	/* host order */
	__u16 peer_port;
	__u16 reserved;
	__u8 local[16];		/* network order; IPv4 in the first four */
	__u8 peer[16];
};

struct record_message {
	struct record_header header;
	__u64 connection;	/* unique within one load of the programs */
	__u64 first_byte_ns;	/* when the call that brought the first byte of the head returned (read) or began (write) */
	__u64 bytes;		/* head, and body as far as it was seen; all of it where RECORD_COMPLETE */
	__u64 governed;		/* the target items that this process and connection matched: which policies may govern */
	__u32 exchange;		/* index on its connection, from 0 */
	__u32 head_bytes;
	__u16 status;		/* response */
	__u16 elements;		/* how many struct record_element follow */
	__u16 method_length;	/* request; the method's bytes come first */
	__u16 path_length;	/* request; the path's bytes come next, as they were sent: absolute-form loses scheme, authority, user info */
	__u16 query_length;	/* request; then the query as the tables allow it */
	__u16 target_length;	/* request; of path and query as sent, saturating */
	__u8 role;
	__u8 source;
	__u8 version_minor;	/* HTTP/1.<minor> */
	__u8 tie;
	struct record_socket socket;
};

/* What was measured because a policy asks for it; what is not known exactly is left out. */
enum timing {
	TIMING_ARRIVAL	= 1 << 0,
	TIMING_NETWORK	= 1 << 1,
	TIMING_CPU	= 1 << 2,
};

struct record_timings {
	__u64 arrival_delay_ns;	/* request: from when its first byte could be read at the socket to first_byte_ns */
	__u64 thread_cpu_ns;	/* response: CPU time of the thread that read the request and now begins to write */
	__u32 rtt_us;		/* response: of its connection, as TCP smoothed it; 0: TCP has none yet */
	__u32 retransmits;	/* segments that were sent again, since the connection began */
	__u8 known;		/* of enum timing: which of these say something */
	__u8 reserved[7];
};

/* One occurrence of one header under one action. */
enum element_action {
	ELEMENT_KEEP		= 1,	/* data: the value, at most the rule's length */
	ELEMENT_MASK		= 2,	/* data: nothing, or eight bytes: the first four and the last four */
	ELEMENT_FINGERPRINT	= 3,	/* data: 16 bytes of SipHash-2-4-128; nothing where the value was not seen whole */
	ELEMENT_PRESENCE	= 4,	/* data: nothing */
};

enum element_flag {
	ELEMENT_TRUNCATED	= 1 << 0,	/* data is not all of the value, or the value was not seen whole */
};

struct record_element {
	__u16 rule;		/* header_rule.id */
	__u8 action;
	__u8 flags;
	__u16 value_length;	/* of the value less outer whitespace */
	__u16 data_length;	/* of the bytes that follow */
	__u8 scheme;		/* auth_scheme id for authorization and proxy-authorization; 0: none or unknown */
	__u8 reserved;
	__u16 secret_length;	/* of what follows the scheme (value_length where there is none) */
};

struct record_message_end {
	struct record_header header;
	__u64 connection;
	__u64 bytes;		/* of the whole message, head and body */
	__u32 exchange;
	__u8 response;		/* 0: the request ended, 1: the response did */
	__u8 reserved[3];
};

struct record_connection_end {
	struct record_header header;
	__u64 connection;
	__u64 request_bytes;	/* of the message that was open on the request side, 0 where none */
	__u64 response_bytes;
	__u32 next_request;	/* exchanges [next_response, next_request) had no response: those of which that is certain */
	__u32 next_response;	/* with response_open, next_response - 1 is the one whose response was not complete */
	__u8 reason;
	__u8 response_open;	/* 1: a response had begun; with whole_at_end it is whole now */
	__u8 whole_at_end;	/* 1: that response's body ends with the connection, or its last chunk came: it is complete */
	__u8 between_chunks;	/* 1: a client has read all of it, or all but its last chunks */
	__u8 reserved[4];
};

struct record_process {
	struct record_header header;
	__u64 executable_device;	/* s_dev, kernel encoding (major << 20 | minor) */
	__u64 executable_inode;
	__u64 cgroup;		/* bpf_get_current_cgroup_id */
	__u64 start_ns;
	__u32 parent_pid;
	__u16 file_length;
	__u16 reserved;
	__u8 command[16];
};

/* Per-CPU counters, read by user space. Exchanges unless said otherwise. Every bound has one (promise no-silent-loss). */
enum counter {
	COUNTER_CAPTURED,		/* request heads complete or given up, of governed connections: at any time the request records sent plus the losses below */
	COUNTER_LOST_RING,		/* request record found the ring full */
	COUNTER_LOST_ASSEMBLY,		/* no room to assemble a request head split over reads */
	COUNTER_LOST_SCRATCH,		/* no free per-CPU work area (preempted too deep) */
	COUNTER_LOST_CONNECTIONS,	/* connection table full */
	COUNTER_LOST_PIPELINE,		/* more requests outstanding on one connection than are followed */
	COUNTER_LOST_READ,		/* user memory could not be read */
	COUNTER_LOST_CALLS,		/* table of calls in flight full: counted when the response to an unseen request comes */
	COUNTER_RECORDS_DROPPED,	/* records other than requests that found the ring full; user space settles what they meant */
	COUNTER_RECORDS_SENT,		/* records */
	COUNTER_NOT_HTTP,		/* connections */
	COUNTER_HTTP2,			/* connections that spoke the HTTP/2 preface */
	COUNTER_MID_STREAM,		/* connections first seen in the middle */
	COUNTER_RESYNC,			/* times a direction lost its place and looked for the next head */
	COUNTER_TRUNCATED_HEADS,	/* heads beyond a bound, marked */
	COUNTER_HELPER_FAILED,		/* helpers that failed where none should */
	COUNTER_PROBE_HITS,		/* calls seen, targets or not */
	COUNTER_TIE_MISMATCHES,		/* times two calls on a connection seemed to be on different sockets */
	COUNTER_COUNTED_ONLY,		/* of `captured`: beyond a budget, with a record that says just what usage needs */
	COUNTER_AGGREGATED,		/* of `captured`: put into a series */
	COUNTER_LOST_AGGREGATE,		/* to be counted into a series, and it is not known which response was its */
	COUNTERS
};

#endif
