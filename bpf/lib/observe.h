/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * One call with its bytes: finds or makes the connection, claims it and a work area, follows the bytes, and puts away or
 * clears what is left of a head.
 */
#ifndef MASTHEAD_OBSERVE_H
#define MASTHEAD_OBSERVE_H

#include "claim.h"
#include "follow.h"
#include "missed-call.h"
#include "../maps/state.h"

/* One process may not take all the room with sockets: unlike a TLS library's objects they may end in ways that are not seen. */
static __always_inline int takes_too_much(const struct process *process, __u32 source)
{
	return process && source == SOURCE_SOCKET && process->connections >= entries_of(&connections) / 2;
}

/* A new connection's state, claimed. NULL where the table is full, or another run was faster. */
static __always_inline struct connection *new_connection(struct work *w, const struct connection_key *key)
{
	struct connection_numbers *numbers = numbers_of_connections();
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);
	struct connection *c;

	if (!numbers || takes_too_much(process, w->source))
		return 0;
	c = claim_room(numbers);
	if (!c)
		return 0;
	c->id = __sync_fetch_and_add(&numbers->last_id, 1) + 1;
	c->source = w->source;
	c->patience = w->patience;
	if (!enter_connection(c, key))
		return 0;
	if (process)
		add_atomically(&process->connections, 1);
	return c;
}

static __always_inline void restore_head(struct work *w, struct connection *c, struct direction *d)
{
	struct assembly_key key = { .connection = c->id, .direction = w->direction };
	struct assembly *a = bpf_map_lookup_elem(&assemblies, &key);
	const struct head *saved = (const void *)a;

	if (!a) {
		d->assembling = 0;
		return;
	}
	bpf_probe_read_kernel(&w->head, __builtin_offsetof(struct head, bytes), saved);
	bpf_probe_read_kernel(w->head.bytes, masked(saved->used, HEAD_MAX_BYTES - 1), saved->bytes);
	w->head_used = saved->used;
}

/* A deleted element keeps its bytes until it is used again, so they are zeroed first. */
static __always_inline void delete_assembly(const struct assembly_key *key)
{
	struct assembly *a = bpf_map_lookup_elem(&assemblies, key);
	__u32 first = 0;
	struct zeroes *zeroes = bpf_map_lookup_elem(&zero, &first);

	if (!a || !zeroes)
		return;
	bpf_probe_read_kernel(a, sizeof(*a), zeroes);
	bpf_map_delete_elem(&assemblies, key);
}

/* A head that is not complete waits in `assemblies`. */
static __always_inline void save_head(struct work *w, struct connection *c, struct direction *d)
{
	struct assembly_key key = { .connection = c->id, .direction = w->direction };
	struct assembly *a;
	struct head *saved;
	int waiting = (d->state == STATE_HEAD || d->state == STATE_RESYNC) && w->head.used && !c->lost;

	if (d->assembling && (w->finished || !waiting)) {
		delete_assembly(&key);
		d->assembling = 0;
	}
	if (!waiting)
		return;
	if (d->assembling) {
		a = bpf_map_lookup_elem(&assemblies, &key);
		saved = (void *)a;
		if (!a)
			return;
		bpf_probe_read_kernel(saved->bytes, masked(w->head.used, HEAD_MAX_BYTES - 1), w->head.bytes);
		bpf_probe_read_kernel(saved, __builtin_offsetof(struct head, bytes), &w->head);
	} else if (!bpf_map_update_elem(&assemblies, &key, &w->head, BPF_NOEXIST)) {
		d->assembling = 1;
	} else {
		__u8 phase = unfinished_line(w), checked = w->head.checked;

		give_up_head(w, c, COUNTER_LOST_ASSEMBLY);
		d->next_flags |= RECORD_GAP_BEFORE;
		enter(d, STATE_SKIP_HEAD);
		d->after = FRAMING_UNSEEN;
		d->silent = 1;
		d->phase = checked ? phase : LINE_MORE;
	}
}

static __always_inline struct work *claim_work(struct out **o)
{
	for (__u32 i = 0; i < WORK_AREAS; i++) {
		__u32 index = i;
		struct work *w = bpf_map_lookup_elem(&work_areas, &index);

		if (!w || compare_and_swap(&w->busy, 0, 1))
			continue;
		*o = bpf_map_lookup_elem(&record_areas, &index);
		w->measured.wants = 0;
		w->index = i;
		if (*o)
			return w;
		release(&w->busy);
	}
	return 0;
}

/* Most of the bytes of large bodies pass here, and no byte is read. 1: the call is settled. */
static __always_inline int pass_body(struct direction *d, __u32 size)
{
	if (d->missed)
		return 0;
	switch (d->state) {
	case STATE_BODY:
	case STATE_CHUNK_DATA:
		if (d->remaining <= size)
			return 0;
		d->remaining -= size;
		/* fall through */
	case STATE_UNTIL_CLOSE:
		d->bytes += size;
		/* fall through */
	case STATE_TUNNEL:
	case STATE_IGNORE:
		return 1;
	default:
		return 0;
	}
}

static __always_inline void run(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d = &c->directions[w->direction & 1];

	if (is_unasked(c))
		return;
	return_to_unasked(c);
	if (!w->messages_left && pass_body(d, w->size + w->left))
		return;
	w->now_ns = w->begun_ns && !w->at_once ? bpf_ktime_get_ns() : w->call_ns;
	w->position = 0;
	w->failed = 0;
	w->finished = 0;
	w->head_used = 0;
	if (!c->socket.family && w->socket.family)
		tell_socket(c, &w->socket, w->tie);
	if (d->assembling)
		restore_head(w, c, d);
	follow(w, o, c);
	save_head(w, c, d);
	if (w->head_used)
		drop_head(w);
}

/* The table is full: heads are counted, and nothing is remembered. */
static __always_inline void run_unremembered(struct work *w, struct out *o)
{
	__builtin_memset(&w->spare, 0, sizeof(w->spare));
	w->spare.lost = 1;
	w->spare.directions[w->direction & 1].state = STATE_RESYNC;
	w->spare.directions[w->direction & 1].in_step = 1;
	run(w, o, &w->spare);
}

/* These bytes are not looked at: what has the key now, if anything, is out of step in that direction. Of a library's object that may be another connection, which then has a gap that is none. */
static __always_inline void miss_bytes(struct work *w, const struct connection_key *key)
{
	struct connection *c = find_connection(key);

	if (c)
		c->directions[w->direction & 1].missed = 1;
}

/*
 * Takes the call that the caller noted in a claimed work area: user, size, direction, begun_ns, call_ns, process, executable,
 * socket. A program that calls on many threads at once loses its place, and cannot mix up what is remembered of others:
 * the entry is claimed, and its key compared after that. c: what the key names, as far as the caller saw.
 */
static __always_inline void observe(struct work *w, struct out *o, const struct connection_key *key, struct connection *c)
{
	int is_new = 0, is_its;

	if (!c) {
		if (!is_wanted(key->process))
			return;
		c = new_connection(w, key);
		is_new = c != 0;
		if (!c)		/* another run may just have made it */
			c = find_connection(key);
	}
	if (c && !is_new && compare_and_swap(&c->busy, 0, 1) && !wait_for(c)) {
		miss_bytes(w, key);
		return;
	}
	if (!c) {
		run_unremembered(w, o);
		return;
	}
	is_its = is_connection(c, key);
	if (is_its)
		run(w, o, c);
	release(&c->busy);
	if (!is_its)	/* it has ended since the caller found it */
		miss_bytes(w, key);
}

#endif
