/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The policy tables: what user space tells the kernel. A set of tables lives in one of TABLE_SLOTS slots, is filled while
 * nobody reads it, and takes effect by one update of `.data.active`: tables switch as one (promise newest-revision-wins). A
 * request is judged by the slot that is active when its head is complete; its response by that same slot and, where
 * another is active by then, by both: only what both allow is sent.
 *
 * A policy's targets are flattened to items, 64 in all: item i holds when executable, port and role all agree. A policy
 * without targets has one item that always holds. A mask over items says for each header which items ask what of it.
 */
#ifndef MASTHEAD_TABLES_H
#define MASTHEAD_TABLES_H

#define TABLE_SLOTS		8
#define TABLE_ITEMS		64
#define NAME_MAX_BYTES		64	/* header and query parameter names */
#define SCHEME_MAX_BYTES	24
#define HEAD_MAX_BYTES		16384
#define HEAD_MAX_LINES		256
#define PIPELINE_MAX		32
#define BUDGETS			256
#define BUDGET_OF_HOST		0	/* its place in `budget_rates`; those of policies come after it */

/* maps `followed_entries` and `followed_returns`: PROG_ARRAYs; which program goes on with a system call that begins, or has returned */
enum followed_entry { FOLLOW_WRITE, FOLLOW_CLOSE, FOLLOW_COLD, FOLLOWED_ENTRIES };
enum followed_return { FOLLOW_TRANSFER, FOLLOWED_RETURNS };

/* map `.data.active`: ARRAY of 1 */
#define ACTIVE_MAP ".data.active"
struct active_tables {
	__u32 generation;	/* 0: no policy yet, nothing is captured */
	__u32 slot;
};

/* map `slots`: ARRAY of TABLE_SLOTS */
struct slot_config {
	__u32 generation;
	__u32 suspended;	/* how many entries of `suspended_executables` are of this slot */
	__u64 any_executable;	/* items that name no executable */
	__u64 any_port;		/* items that name no port */
	__u64 server;		/* items that hold for the server role */
	__u64 client;
	__u64 query_names;	/* items that want the names of query parameters */
	__u64 query_keep;	/* items that keep some parameters (names and values of `query_rules`) */
	__u64 request_names;	/* the name_bit of each request header of which a rule asks something */
	__u64 response_names;
	__u64 arrival;		/* items that want this enum timing (record.h) */
	__u64 network;
	__u64 cpu;
	__u64 usage_request_names;	/* the same of headers that usage is made of */
	__u64 usage_response_names;
	__u64 unbudgeted;	/* items under which a policy without a budget may govern */
	__u64 budget_stops;	/* items of whose first policy nothing is left to later ones */
	__u8 budgets[TABLE_ITEMS];	/* by item, where it is not unbudgeted: place in `budget_rates` */
	__u32 set;		/* the generation in which its policies were first put in force: others with it ask the same */
	__u32 reserved;
};

/*
 * map `budget_rates`: ARRAY of BUDGETS, written by user space; map `budget_states`: of __u64 as many, the kernel's. How many
 * requests may be told in detail; the others are RECORD_COUNTED.
 */
struct budget_rate {
	__u64 token_ns;		/* that one request takes; 0: no bound */
	__u64 burst_ns;		/* that are held at most */
};

/* map `header_rules`: HASH */
struct header_key {
	__u32 slot;
	__u8 name[NAME_MAX_BYTES];	/* lower case, zero padded */
};

/*
 * One of NAME_BITS bits for a name: a name without its bit in slot_config need not be looked up. Of its first eight bytes, lower
 * case, zero padded, little endian, and of its length.
 */
#define NAME_BITS 64

static inline __attribute__((always_inline)) __u32 name_bit_index(__u64 first_bytes, __u64 length)
{
	return ((first_bytes ^ length) * 0x9e3779b97f4a7c15ULL) >> 58;
}

static inline __attribute__((always_inline)) __u64 name_bit(__u64 first_bytes, __u64 length)
{
	return 1ULL << name_bit_index(first_bytes, length);
}

struct action_items {
	__u64 keep, mask, fingerprint, presence;
};

/* Of those, the items that ask for the sake of usage: tenant, dimensions, measures, and the host that policies match. */
struct usage_items {
	__u64 keep, fingerprint;
};

struct header_rule {
	struct action_items request;
	struct action_items response;
	struct usage_items request_usage;
	struct usage_items response_usage;
	__u16 id;		/* what record_element.rule says; unique within a slot */
	__u16 keep_length;	/* bytes of a kept value that may leave, the largest any item asks */
	__u8 has_scheme;	/* authorization, proxy-authorization */
	__u8 floor;		/* 1: a credential; the kernel itself never keeps it, whatever the masks say (promise the-floor-holds) */
	__u8 reserved[2];
};

/*
 * map `rules_by_bit`: ARRAY of TABLE_SLOTS * NAME_BITS. Of the rules in `header_rules` whose names have the bit, one, by its name: most
 * names are found there, without a hash.
 */
struct rule_by_bit {
	__u8 name[NAME_MAX_BYTES];	/* as in header_key; all zeroes: there is none */
	struct header_rule rule;
};

/* map `query_rules`: HASH of header_key to items */
struct query_rule {
	__u64 keep;
};

/* map `waiting_reads`: HASH of a thread's id. Threads that may be in a read of TLS whose entry was not seen. */
#define WAITING_READS 4096
struct waiting_read {
	__u32 descriptor;	/* what it waits for bytes of, where it is known */
	__u16 has_descriptor;
	__u16 copies_stand;	/* its library's copies are still seen for all: not those of this thread */
};
/* map `waiting_threads`: ARRAY of 1. How many of them there are at most; 0: none has to be looked up. */

/* map `executable_items`: HASH */
struct executable_key {
	__u32 slot;
	__u32 reserved;
	__u64 device;
	__u64 inode;
};

/* map `suspended_executables`: HASH of executable_key to __u8. Their requests are not captured for now: the agent's budget. */

/* map `port_items`: HASH. The server's port: local for a server, the peer's for a client. Value: __u64 items. */
struct port_key {
	__u32 slot;
	__u32 port;
};

/* map `auth_schemes`: HASH of lower-case, zero-padded scheme to __u8 id. Only these may be named in clear. */
struct scheme_key {
	__u8 name[SCHEME_MAX_BYTES];
};

/* map `fingerprint_key`: ARRAY of 1 */
struct fingerprint_key {
	__u64 k0, k1;
};

/*
 * map `excluded_processes`: HASH of thread group id to __u8: Masthead's own. Children inherit it (fork tracepoint).
 * map `exclusions`: ARRAY of 1, __u32: another number after each time user space added to them.
 */

/*
 * Which function a probe stands on: the low byte of the attach cookie; its second byte is an enum record_source. The
 * functions are OpenSSL's and those of others with the same arguments: `ssl` is what each library calls a session.
 */
enum site_function {
	SITE_READ		= 1,	/* int f(ssl, buf, num): returns bytes */
	SITE_READ_EX		= 2,	/* int f(ssl, buf, num, size_t *n): SSL_read_ex, ssl_read_internal */
	SITE_WRITE		= 3,
	SITE_WRITE_EX		= 4,	/* int f(ssl, buf, num, size_t *n): SSL_write_ex, ssl_write_internal of 1.1 to 3.1 */
	SITE_WRITE_FLAGS	= 5,	/* int f(ssl, buf, num, flags, size_t *n): ssl_write_internal of 3.2 and later, SSL_write_ex2 */
	SITE_CLEAR		= 6,	/* SSL_clear(ssl) */
	SITE_FREE		= 7,	/* SSL_free(ssl), gnutls_deinit(session) */
	SITE_FLUSH		= 8,	/* gnutls_record_uncork(session): writes what earlier calls took, and were seen to take */
	SITE_READ_COPY		= 9,	/* where what was read is copied to the program: memcpy(buffer, from, size); the rest of the cookie says whose it is */
	SITE_WAITING_READ	= 10,	/* the same, of threads in `waiting_reads` only */
	SITE_HANDSHAKE		= 11,	/* ssl_accept(ssl), ssl_connect(ssl), where bytes are seen at their copy: it tells the socket */
	SITE_WRITE_COPY		= 12,	/* where what is written becomes records: do_ssl3_write(ssl, type, bytes, lengths, records), say */
	SITE_SENDFILE		= 13,	/* SSL_sendfile(ssl, fd, offset, size, flags): returns bytes, which are never in the process */
	/* methods of Go's tls.Conn, which take their arguments as Go does; the rest of their cookie is struct go_site */
	SITE_GO_READ_COPY	= 16,	/* where Read calls memmove(buffer, from, length) */
	SITE_GO_WRITE		= 17,	/* where Write calls writeRecordLocked(type, data) */
	SITE_GO_READ_RETURN	= 18,	/* a `ret` of Read, where the copy is not to be found */
	SITE_GO_CLOSE		= 19,
	SITE_GO_HANDSHAKE	= 20,	/* clientHandshake, serverHandshake */
};

#endif
