/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is remembered of sockets that carry no HTTP in clear. No LRU, as in state.h. */
#ifndef MASTHEAD_MAPS_SOCKETS_H
#define MASTHEAD_MAPS_SOCKETS_H

#include "connections.h"

/* Sockets that have carried no HTTP so far. One that finds no room is looked at again at each call. */
struct strange_socket {
	__u32 calls_left;		/* that are looked at; 0: it is left alone */
	__u32 is_tls;
	/* With is_tls. */
	struct record_socket socket;
	__u32 descriptor;		/* that it had first */
	__u32 receives;			/* where arrival is wanted: since the library was seen to have nothing left */
	__u64 arrived_ns;		/* when what the last one took could be read; 0: not known */
	__u64 ssl;			/* the TLS object whose ciphertext it carries; 0: not known */
	__u64 hello;			/* of the client hello that it began with: the last bits of its random, and the direction; 0: it was not seen to begin with one */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct connection_key);
	__type(value, struct strange_socket);
} strange_sockets SEC(".maps");

/*
 * Of those, which are not looked at any more: what most calls on them need to know, where no near cache has to be missed for it. Inodes are
 * numbered one after the other, so those of one process lie side by side. Each cell is one word, read and written whole; several sockets may
 * share one: then it says nothing of the others.
 */
#define PASSED_CELLS 32768
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PASSED_CELLS);
	__type(key, __u32);
	__type(value, __u64);
} passed_sockets SEC(".maps");

/* Why a socket is passed, in its word. No process has an id with that bit (PID_MAX_LIMIT is 2^22). */
#define PASSED_AS_TLS 0U
#define PASSED_AS_STRANGE (1U << 31)	/* it carries neither TLS nor HTTP */

static __always_inline volatile __u64 *passed_cell(const struct connection_key *key)
{
	__u32 cell = cell_beside(key->ssl, key->process) & (PASSED_CELLS - 1);

	return bpf_map_lookup_elem(&passed_sockets, &cell);
}

/* Of a socket's key: the handle's low half is the inode's number. */
static __always_inline __u64 passed_word(const struct connection_key *key, __u32 as)
{
	return key->ssl << 32 | as | key->process;
}

static __always_inline int is_passed(const struct connection_key *key, __u32 as)
{
	volatile __u64 *cell = passed_cell(key);

	return cell && *cell == passed_word(key, as);
}

static __always_inline void remember_passed(const struct connection_key *key, __u32 as)
{
	volatile __u64 *cell = passed_cell(key);

	if (cell && *cell != passed_word(key, as))	/* its line is that of other sockets, too */
		*cell = passed_word(key, as);
}

static __always_inline void forget_passed(const struct connection_key *key)
{
	volatile __u64 *cell = passed_cell(key);

	if (cell && (*cell & ~(__u64)PASSED_AS_STRANGE) == passed_word(key, PASSED_AS_TLS))
		*cell = 0;
}

/* Sockets by the client hello that they began with, as long as they are in `strange_sockets`. */
struct hello_key {
	__u64 hello;
	__u32 process;
	__u32 reserved;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct hello_key);
	__type(value, __u64);	/* the socket's handle */
} hellos SEC(".maps");

static __always_inline void forget_hello(const struct connection_key *socket_key)
{
	const struct strange_socket *socket = bpf_map_lookup_elem(&strange_sockets, socket_key);
	struct hello_key key = { .process = socket_key->process };
	__u64 *handle;

	if (!socket || !socket->hello)
		return;
	key.hello = socket->hello;
	handle = bpf_map_lookup_elem(&hellos, &key);
	if (handle && *handle == socket_key->ssl)	/* a process that passes a stream on to itself has two sockets that begin so */
		bpf_map_delete_elem(&hellos, &key);
}

/* Its entry first: see pass_strange(). */
static __always_inline long delete_strange(const struct connection_key *key)
{
	long failed;

	forget_hello(key);
	failed = bpf_map_delete_elem(&strange_sockets, key);
	forget_passed(key);
	return failed;
}

/* Of a socket whose entry says that it is left alone. Another thread may just have seen a head or TLS begin on it: then the entry is gone, or another. */
static __always_inline void pass_strange(const struct connection_key *key)
{
	struct strange_socket *strange;

	remember_passed(key, PASSED_AS_STRANGE);
	strange = bpf_map_lookup_elem(&strange_sockets, key);
	if (!strange || strange->is_tls || strange->calls_left)
		forget_passed(key);
}

#endif
