/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which target items hold: for a process by its executable, for a connection by port and role too. */
#ifndef MASTHEAD_JUDGE_H
#define MASTHEAD_JUDGE_H

#include "unasked.h"

static __always_inline __u64 items_of_executable(__u32 slot, const struct slot_config *config,
						 const struct executable *executable)
{
	struct executable_key key = { .slot = slot, .device = executable->device, .inode = executable->inode };
	__u64 *items = bpf_map_lookup_elem(&executable_items, &key);

	return config->any_executable | (items ? *items : 0);
}

/* Those of `items` whose port is this connection's, or that name none. */
static __always_inline __u64 items_of_port(__u32 slot, const struct slot_config *config, struct connection *c, __u64 items)
{
	struct port_key key = { .slot = slot };
	__u64 *of_port;

	/* a port target does not match an unknown socket */
	if (!(items & ~config->any_port) || !c->socket.family)
		return items & config->any_port;
	key.port = c->role == ROLE_SERVER ? c->socket.local_port : c->socket.peer_port;
	of_port = bpf_map_lookup_elem(&port_items, &key);
	return items & (config->any_port | (of_port ? *of_port : 0));
}

/* Those of `items` whose policies may govern. Items come in the order of their policies. */
static __always_inline __u64 items_that_govern(const struct slot_config *config, __u64 items)
{
	__u64 last = items & config->budget_stops;

	last &= -last;
	return last ? items & (last | (last - 1)) : items;
}

static __always_inline int is_same_socket(const struct record_socket *one, const struct record_socket *other)
{
	return one->family && one->family == other->family && one->local_port == other->local_port && one->peer_port == other->peer_port &&
	       load_word(one->local) == load_word(other->local) && load_word(one->local + 8) == load_word(other->local + 8) &&
	       load_word(one->peer) == load_word(other->peer) && load_word(one->peer + 8) == load_word(other->peer + 8);
}

/* Which socket a claimed connection is on. */
static __always_inline void tell_socket(struct connection *c, const struct record_socket *socket, __u8 tie)
{
	copy_words(&c->socket, socket, sizeof(c->socket));
	c->tie = tie;
	c->items_generation = 0;	/* its port is known only now */
}

/* Is the socket known, of a program that moves ciphertext itself? `tied_to` names it. */
static __always_inline int moves_own_ciphertext(const struct connection *c)
{
	return c->tie == TIE_ORDER || c->tie == TIE_HANDSHAKE;
}

/* Which timings these items want. */
static __always_inline __u32 timings_of(const struct slot_config *config, __u64 items)
{
	return (items & config->arrival ? TIMING_ARRIVAL : 0) | (items & config->network ? TIMING_NETWORK : 0) |
	       (items & config->cpu ? TIMING_CPU : 0);
}

/* Looked up once for a connection, as long as the tables stay. */
static __always_inline __u64 items_of_connection(struct work *w, struct connection *c, __u32 slot,
						 const struct slot_config *config)
{
	__u64 items;

	if (config->generation == c->items_generation)
		return c->items;
	items = items_of_executable(slot, config, &w->executable);
	return items_of_port(slot, config, c, items & (c->role == ROLE_SERVER ? config->server : config->client));
}

/* Is nothing captured of this executable for now? */
verified_alone int is_suspended(__u32 slot, const struct executable *executable)
{
	struct executable_key key = { .slot = slot };

	if (!executable)
		return 0;
	key.device = executable->device;
	key.inode = executable->inode;
	return bpf_map_lookup_elem(&suspended_executables, &key) != 0;
}

/* For a request: by the tables that are active now. */
static __always_inline void judge_request(struct work *w, struct connection *c)
{
	struct judgement *j = &w->judgement;
	struct active_tables now = active_now();
	__u32 slot = now.slot;
	struct slot_config *config;

	__builtin_memset(j, 0, sizeof(*j));
	if (!now.generation)
		return;
	config = bpf_map_lookup_elem(&slots, &slot);
	if (!config)
		return;
	j->slot = slot;
	j->generation = config->generation;
	c->items = items_of_connection(w, c, slot, config);
	c->items_generation = c->items || is_left_unasked(w, c) ? config->generation : 0;
	if (config->suspended && is_suspended(slot, &w->executable))
		return;
	j->items = c->items;
	j->query_names = j->items & config->query_names;
	j->query_keep = j->items & config->query_keep;
	j->names = config->request_names;
	j->fields = j->items != 0;
	if (w->measured.wants)
		j->timings = timings_of(config, j->items);
}

/* Are these the tables of this generation, or of a later one that asks the same? */
static __always_inline int is_of_set(const struct slot_config *config, __u32 generation)
{
	return ((generation - config->set) & OUTSTANDING_GENERATION) <= ((config->generation - config->set) & OUTSTANDING_GENERATION);
}

/* For a response: by its request's tables and, where they are others, by those active now. */
static __always_inline void judge_response(struct work *w, struct connection *c, __u32 request)
{
	struct judgement *j = &w->judgement;
	__u32 slot = (request >> OUTSTANDING_SLOT_SHIFT) & (TABLE_SLOTS - 1), other;
	struct active_tables now = active_now();
	struct slot_config *config = bpf_map_lookup_elem(&slots, &slot), *active_config;

	__builtin_memset(j, 0, sizeof(*j));
	if (!config)
		return;
	j->slot = slot;
	j->generation = config->generation;
	j->items = items_of_connection(w, c, slot, config);
	j->counted = (request & OUTSTANDING_COUNTED) != 0;
	j->names = j->counted ? config->usage_response_names : config->response_names;
	j->fields = 1;
	if (w->measured.wants && !j->counted)
		j->timings = timings_of(config, j->items);
	other = now.slot;
	if (!is_of_set(config, request & OUTSTANDING_GENERATION)) {
		/* the slot was filled anew since: nobody can say what the request's tables allowed */
		j->generation = request & OUTSTANDING_GENERATION;
		j->changed = 1;
		j->fields = 0;
		j->timings = 0;
		return;
	}
	if (other == slot)
		return;
	active_config = bpf_map_lookup_elem(&slots, &other);
	if (active_config && now.generation && active_config->set == config->set)	/* put in force again, of a program that was found since */
		return;
	j->changed = 1;
	j->timings = 0;
	j->other_slot = other;
	if (active_config && now.generation)
		j->other_items = items_of_connection(w, c, other, active_config);
}

#endif
