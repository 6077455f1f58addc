/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * From the record of a head to what is counted of it: a request's record becomes the shape of its series, and the numbers of
 * headers that are summed become sums. Only elements that are in the record are looked at, so what the tables did not let
 * into it is not here either (promise redacted-at-source).
 */
#ifndef MASTHEAD_SERIES_H
#define MASTHEAD_SERIES_H

#include "series-path.h"
#include "series-sums.h"
#include "siphash.h"
#include "../maps/work.h"

/* The next element of the record, and what usage makes of it; NULL: nothing. */
static __always_inline struct aggregate_use *next_element(const struct element_walk *walk, struct record_element *e)
{
	union {
		struct record_element element;
		struct { __u64 word; __u32 half; } as;
	} read = {};
	const struct aggregate_walk *place = &walk->area->walk;
	struct aggregate_use_key key = { .slot = walk->w->judgement.slot, .response = place->response };

	read.as.word = load_word(&OUT_AT(walk->o, place->at));
	read.as.half = (__u32)load_word(&OUT_AT(walk->o, place->at + 8));
	*e = read.element;
	key.rule = e->rule;
	return bpf_map_lookup_elem(&aggregate_uses, &key);
}

static __always_inline int is_number(const struct aggregate_use *use, const struct record_element *e)
{
	return use->measure && e->action == ELEMENT_KEEP && !(e->flags & ELEMENT_TRUNCATED);
}

static long response_element(__u32 index, struct element_walk *walk)
{
	struct record_element e;
	struct aggregate_use *use = next_element(walk, &e);
	__u32 at = walk->area->walk.at + sizeof(e);

	(void)index;
	walk->area->walk.at = at + e.data_length;
	if (use && is_number(use, &e))
		add_number(walk, use->measure, at, e.data_length);
	return 0;
}

static long request_element(__u32 index, struct element_walk *walk)
{
	struct record_element e;
	struct aggregate_use *use = next_element(walk, &e);
	struct record_series *s = &walk->area->open.series;
	__u32 used = s->shape_bytes, size = sizeof(e) + e.data_length, at = walk->area->walk.at;

	(void)index;
	walk->area->walk.at = at + size;
	if (!use)
		return 0;
	if (is_number(use, &e))
		add_number(walk, use->measure, at + sizeof(e), e.data_length);
	if (!(use->names & (1 << (e.action & 7))))
		return 0;
	if (used + size > AGGREGATE_SHAPE_MAX) {
		walk->area->walk.full = 1;
		return 1;
	}
	bpf_probe_read_kernel(&s->shape[masked(used, AGGREGATE_SHAPE_MAX - 1)], masked(size, AGGREGATE_SHAPE_MAX - 1), &OUT_AT(walk->o, at));
	s->shape_bytes = used + size;
	walk->area->walk.kept++;
	return 0;
}

struct hash_walk {
	struct aggregate_area *area;
	struct sip_state state;
};

#define HASH_STEP_BYTES 32

static long hash_step(__u32 index, struct hash_walk *walk)
{
	const __u8 *block = &walk->area->open.series.shape[masked(index * HASH_STEP_BYTES, AGGREGATE_SHAPE_MAX - 1)];

#pragma unroll
	for (int i = 0; i < HASH_STEP_BYTES; i += 8)
		sip_word(&walk->state, load_word(block + i));
	return 0;
}

/* What is behind the shape's end is zero, so it is hashed in whole blocks. */
verified_alone int hash_shape(struct aggregate_area *area)
{
	__u32 first = 0, bytes;
	struct aggregate_settings *settings = bpf_map_lookup_elem(&aggregate_settings, &first);
	struct hash_walk walk = { .area = area };

	if (!settings || !area)
		return 0;
	bytes = area->open.series.shape_bytes;
	sip_begin(&walk.state, settings->k0, settings->k1);
	bpf_loop((bytes + HASH_STEP_BYTES - 1) / HASH_STEP_BYTES, hash_step, &walk, 0);
	sip_end(&walk.state, 0, bytes, area->open.shape);
	return 1;
}

static __always_inline struct aggregate_area *area_of(const struct work *w)
{
	__u32 index = w->index;

	return bpf_map_lookup_elem(&aggregate_areas, &index);
}

/* The beginning of a shape: of the record what is the same for all requests of the series. */
static __always_inline void begin_shape(struct aggregate_area *area, struct out *o)
{
	const struct record_message *m = MESSAGE(o);
	struct record_series *s = &area->open.series;
	struct record_message *shape = (struct record_message *)s->shape;
	__u32 method = at_most(m->method_length, RECORD_METHOD_MAX), path = at_most(m->path_length, AGGREGATE_PATH_MAX);

	shape->header.kind = RECORD_REQUEST;
	shape->header.pid = m->header.pid;
	shape->header.generation = m->header.generation;
	shape->governed = m->governed;
	shape->method_length = method;
	shape->path_length = path;
	shape->role = m->role;
	shape->source = m->source;
	bpf_probe_read_kernel(s->shape + sizeof(*shape), at_most(method + path, RECORD_METHOD_MAX + AGGREGATE_PATH_MAX), o->bytes + sizeof(*m));
	s->shape_bytes = sizeof(*shape) + method + path;
}

/* Elements of the record from `at` on. */
static __always_inline void begin_walk(struct aggregate_area *area, __u32 at, __u32 response)
{
	area->walk.at = at;
	area->walk.full = 0;
	area->walk.kept = 0;
	area->walk.response = response;
}

/* The record of a request becomes an open exchange, in the run's area. 0: that is not possible, and it is sent. */
verified_alone int make_series(struct work *w, struct out *o, struct aggregate_area *area)
{
	const struct record_message *m;
	__u32 first = 0;
	struct zeroes *zeroes = bpf_map_lookup_elem(&zero, &first);
	struct element_walk walk = { .w = w, .o = o, .area = area };
	struct record_message *shape;

	if (!w || !o || !area || !zeroes)
		return 0;
	m = MESSAGE(o);
	walk.series = &area->open.series;
	bpf_probe_read_kernel(&area->open, sizeof(area->open), zeroes);
	begin_shape(area, o);
	if (!w->judgement.whole_path)
		fold_path(area, o);
	begin_walk(area, sizeof(*m) + m->method_length + m->path_length + m->query_length, 0);
	bpf_loop(m->elements, request_element, &walk, 0);
	if (area->walk.full)
		return 0;
	shape = (struct record_message *)area->open.series.shape;
	shape->elements = area->walk.kept;
	shape->header.size = area->open.series.shape_bytes;
	area->open.first_byte_ns = m->first_byte_ns;
	return hash_shape(area);
}

/* The numbers in the record of a response. */
verified_alone int add_numbers(struct work *w, struct out *o, struct aggregate_area *area, struct record_series *series)
{
	struct element_walk walk = { .w = w, .o = o, .area = area, .series = series };

	if (!w || !o || !area || !series)
		return 0;
	begin_walk(area, sizeof(struct record_message), 1);
	bpf_loop(MESSAGE(o)->elements, response_element, &walk, 0);
	return 0;
}

#endif
