/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What is remembered of each connection, and where. A hash table alone would be found cold: neither its bucket nor its entry is in a near cache
 * when a connection's next message comes, and the one is waited for before the other. So a hint says where to look first, and hints of
 * connections that are used together lie together; the table is asked where the hint is of another connection, and says what is true.
 */
#ifndef MASTHEAD_MAPS_CONNECTIONS_H
#define MASTHEAD_MAPS_CONNECTIONS_H

#include "records.h"
#include "../lib/claim.h"

#define CONNECTIONS_MOST 65536

/* Which place in `connection_states` a connection has. Places count from 1. No LRU: eviction would be silent. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONNECTIONS_MOST);
	__type(key, struct connection_key);
	__type(value, __u32);
} connections SEC(".maps");

/* To be mapped by user space makes an array begin at a page, and so each entry at a cache line (Linux 5.5). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, CONNECTIONS_MOST + 1);
	__type(key, __u32);
	__type(value, struct connection);
} connection_states SEC(".maps");

#define CONNECTION_HINTS 65536
/* The place of the connection that was last looked for with this hint; 0: it was not there. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CONNECTION_HINTS);
	__type(key, __u32);
	__type(value, __u32);
} connection_hints SEC(".maps");

struct connection_numbers {
	__u64 last_id;
	__u64 places;	/* that were ever used */
	__u64 free;	/* the place that was given back last, and 2^32 times how often that has changed; each such names the one before it. 0 in the lower half: none */
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct connection_numbers);
} connection_numbers SEC(".maps");

/* Which cell a number of a process has: its neighbours' are beside it, and those of other processes elsewhere. */
static __always_inline __u32 cell_beside(__u32 number, __u32 process)
{
	return number + process * 0x9e3779b1;
}

static __always_inline int is_connection(const struct connection *c, const struct connection_key *key)
{
	return c->key.ssl == key->ssl && c->key.process == key->process;
}

/* NULL: there is none. */
static __always_inline struct connection *find_connection(const struct connection_key *key)
{
	__u32 *found = bpf_map_lookup_elem(&connections, key), place = found ? *found : 0;

	return place ? bpf_map_lookup_elem(&connection_states, &place) : 0;
}

/* What connections that are used together have in common but for little: the descriptor of a socket, or an object's address in kibibytes. */
#define NEAR_DESCRIPTOR(descriptor) (descriptor)
#define NEAR_ADDRESS(address) ((address) >> 10)

/* The hint to what has this key. near: NEAR_DESCRIPTOR() or NEAR_ADDRESS(). */
static __always_inline __u32 *hint_of(const struct connection_key *key, __u32 near)
{
	__u32 cell = cell_beside(near, key->process) & (CONNECTION_HINTS - 1);

	return bpf_map_lookup_elem(&connection_hints, &cell);
}

/* NULL: the hint is of none, or of another one. */
static __always_inline struct connection *hinted_connection(const struct connection_key *key, const __u32 *hint)
{
	__u32 place = *hint;
	struct connection *c = place ? bpf_map_lookup_elem(&connection_states, &place) : 0;

	return c && is_connection(c, key) ? c : 0;
}

/* As find_connection(); the next time the hint is of what was found. */
static __always_inline struct connection *find_unhinted(const struct connection_key *key, __u32 *hint)
{
	struct connection *c = find_connection(key);
	__u32 found = c ? c->place : 0;

	if (found != *hint)	/* its line is that of other hints, too */
		*hint = found;
	return c;
}

/* As find_connection(), for what is often called. */
static __always_inline struct connection *find_connection_near(const struct connection_key *key, __u32 near)
{
	__u32 *hint = hint_of(key, near);
	struct connection *c = hint ? hinted_connection(key, hint) : 0;

	return c || !hint ? c : find_unhinted(key, hint);
}

static __always_inline struct connection_numbers *numbers_of_connections(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&connection_numbers, &first);
}

#define PLACE_TRIES 64	/* each that fails was another run's that succeeded */
#define FREE_PLACE(free) ((__u32)(free))
#define NEXT_FREE(free, place) ((((free) >> 32) + 1) << 32 | (place))

/* A place that was given back; 0: there is none. By itself, for its loop. (Programs that may sleep, as that of tests, have no map of type STACK on Linux 6.1.) */
verified_alone int take_free_place(void)
{
	struct connection_numbers *numbers = numbers_of_connections();

	if (!numbers)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PLACE_TRIES; i++) {
		__u64 free = *(volatile __u64 *)&numbers->free;
		__u32 place = FREE_PLACE(free);
		struct connection *c = bpf_map_lookup_elem(&connection_states, &place);

		if (!place || !c)
			return 0;
		if (compare_and_swap(&numbers->free, free, NEXT_FREE(free, *(volatile __u32 *)&c->next_free)) == free)
			return place;
	}
	return 0;
}

/* 0: there is none. */
static __always_inline __u32 take_place(struct connection_numbers *numbers)
{
	__u32 place = take_free_place();

	if (place || numbers->places >= entries_of(&connections))
		return place;
	place = __sync_fetch_and_add(&numbers->places, 1) + 1;
	return place <= entries_of(&connections) ? place : 0;	/* of several runs at once, some may come too late */
}

/* By itself, for its loop. */
verified_alone int give_place(__u32 place)
{
	struct connection_numbers *numbers = numbers_of_connections();
	struct connection *c = bpf_map_lookup_elem(&connection_states, &place);

	if (!numbers || !c)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PLACE_TRIES; i++) {
		__u64 free = *(volatile __u64 *)&numbers->free;

		*(volatile __u32 *)&c->next_free = FREE_PLACE(free);
		if (compare_and_swap(&numbers->free, free, NEXT_FREE(free, place)) == free)
			return 0;
	}
	count(COUNTER_HELPER_FAILED);	/* so many other runs at once as there never were: the place is not used again */
	return 0;
}

/* The entry at a place that was just taken, claimed, with nothing in it. NULL: a run that came late to what was there before holds it. */
static __always_inline struct connection *clear_connection(__u32 place)
{
	struct connection *c = bpf_map_lookup_elem(&connection_states, &place);

	if (!c || (compare_and_swap(&c->busy, 0, 1) && !wait_for(c)))
		return 0;
	__builtin_memset(c, 0, __builtin_offsetof(struct connection, busy));
	__builtin_memset((char *)c + __builtin_offsetof(struct connection, busy) + sizeof(c->busy), 0,
			 sizeof(*c) - __builtin_offsetof(struct connection, busy) - sizeof(c->busy));
	c->place = place;
	return c;
}

/* No hint finds it there any more. */
static __always_inline void leave_place(struct connection *c, __u32 place)
{
	c->key.ssl = 0;
	c->key.process = 0;
	release(&c->busy);
	give_place(place);
}

/* Room for a connection, claimed, with nothing in it; NULL: there is none. Where the place that was given back last is still held, the next one is not. */
static __always_inline struct connection *claim_room(struct connection_numbers *numbers)
{
	__u32 place = take_place(numbers), held = place;
	struct connection *c = place ? clear_connection(place) : 0;

	if (c || !held)
		return c;
	place = take_place(numbers);
	give_place(held);
	c = place ? clear_connection(place) : 0;
	if (place && !c)
		give_place(place);
	return c;
}

/* Puts a claimed connection into the table, from which on it is found. 0: there is one with this key, or no room. */
static __always_inline int enter_connection(struct connection *c, const struct connection_key *key)
{
	__u32 place = c->place;

	if (bpf_map_update_elem(&connections, key, &place, BPF_NOEXIST)) {
		leave_place(c, place);
		return 0;
	}
	c->key = *key;	/* not before: a hint would find what the table refused */
	return 1;
}

/* Takes a claimed connection out of it. 0: it was in it no more. Nothing of it is touched after that: it may be another's already. */
static __always_inline int remove_connection(struct connection *c, const struct connection_key *key)
{
	__u32 place = c->place;

	if (bpf_map_delete_elem(&connections, key))
		return 0;
	leave_place(c, place);
	return 1;
}

#endif
