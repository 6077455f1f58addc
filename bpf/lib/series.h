/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * From the record of a head to what is counted of it: a request's record becomes the shape of its series, and the numbers of
 * headers that are summed become sums. Only elements that are in the record are looked at, so what the tables did not let
 * into it is not here either (promise redacted-at-source).
 */
#ifndef MASTHEAD_SERIES_H
#define MASTHEAD_SERIES_H

#include "out.h"
#include "siphash.h"
#include "../maps/aggregate.h"
#include "../maps/work.h"

#define NUMBER_MAX_BYTES	32	/* a sign, 15 digits, a point, 15 digits */
#define NUMBER_PART_DIGITS	15
#define FRACTION_DIGITS		9	/* of a fraction that count */
#define NUMBER_SPLIT		1000000000

/* What changes on the way over the elements is in the area (`walk`, `number`), see lib/work.h. */
struct element_walk {
	struct work *w;
	struct out *o;
	struct aggregate_area *area;
	struct record_series *series;	/* takes the sums */
};

struct sum_walk {
	struct out *o;
	struct aggregate_area *area;
};

static long sum_step(__u32 index, struct sum_walk *walk)
{
	struct summed_number *n = &walk->area->number;
	__u8 byte;

	if (n->at >= n->end)
		return 1;
	byte = OUT_AT(walk->o, n->at);
	n->at++;
	if (is_digit(byte) && n->point) {
		n->bad = ++n->decimals > NUMBER_PART_DIGITS;
		if (n->decimals <= FRACTION_DIGITS)
			n->fraction = 10 * n->fraction + byte - '0';
	} else if (is_digit(byte)) {
		n->bad = ++n->digits > NUMBER_PART_DIGITS;
		n->whole = 10 * n->whole + byte - '0';
	} else if (byte == '-' && !index) {
		n->negative = 1;
	} else {
		n->bad = byte != '.' || n->point || !n->digits;
		n->point = 1;
	}
	return n->bad != 0;
}

/* The same numbers as packages/agent/src/govern/measures.ts takes; what is none is left out there as it is here. */
static __always_inline void add_number(const struct element_walk *walk, __u32 place, __u32 at, __u32 length)
{
	struct sum_walk context = { .o = walk->o, .area = walk->area };
	struct summed_number *n = &walk->area->number;
	struct record_series *s = walk->series;
	struct measure_sum *sum;
	__s64 sign;

	place = masked(place - 1, AGGREGATE_MEASURES - 1);
	sum = &s->measures[place];
	if (length > NUMBER_MAX_BYTES)
		return;
	__builtin_memset(n, 0, sizeof(*n));
	n->at = at;
	n->end = at + length;
	bpf_loop(NUMBER_MAX_BYTES, sum_step, &context, 0);
	if (n->bad || !n->digits || (n->point && !n->decimals))
		return;
#pragma unroll
	for (__u32 i = 0; i < FRACTION_DIGITS; i++)
		if (i >= n->decimals)
			n->fraction *= 10;
	sign = n->negative ? -1 : 1;
	sum->high += sign * (__s64)(n->whole / NUMBER_SPLIT);
	sum->low += sign * (__s64)(n->whole % NUMBER_SPLIT);
	sum->fraction += sign * (__s64)n->fraction;
	s->measured |= 1U << place;
}

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

struct path_context {
	struct out *o;
	struct aggregate_area *area;
};

static __always_inline int is_mark(__u8 byte)
{
	return byte == '_' || byte == '~' || byte == '$' || byte == '-';
}

/* A segment is over: is it an id by its looks? As looksDynamic of packages/agent/src/template/dynamic-shape.ts says. */
static __always_inline void fold_segment(struct aggregate_area *area, struct path_walk *p)
{
	__u32 length = p->to - p->segment;

	if (p->version && length <= VERSION_MAX_BYTES)
		p->other = 1;
	if (length && !p->other && (p->digits >= PATH_ID_DIGITS || 2 * p->digits > length - p->marks)) {
		area->open.series.shape[masked(p->segment, AGGREGATE_SHAPE_MAX - 1)] = PATH_ID;
		p->to = p->segment + 1;
	}
	p->digits = p->marks = p->other = p->version = 0;
}

/* The next byte of the path, and behind its end one that is not copied. */
static long path_step(__u32 index, struct path_context *context)
{
	struct aggregate_area *area = context->area;
	struct path_walk *p = &area->path;
	__u8 byte, lower;

	(void)index;
	if (p->at > p->end)
		return 1;
	byte = p->at == p->end ? '/' : OUT_AT(context->o, p->at);
	if (byte == '/')
		fold_segment(area, p);
	if (p->at++ == p->end)
		return 1;
	if (byte != '/') {
		lower = lower_byte(byte);
		if (is_digit(byte))
			p->digits++;
		else if (is_mark(byte))
			p->marks++;
		else if (lower < 'a' || lower > 'z')
			p->other = 1;
		p->version |= lower == 'v' && p->to == p->segment;
	}
	area->open.series.shape[masked(p->to, AGGREGATE_SHAPE_MAX - 1)] = byte;
	p->to++;
	if (byte == '/')
		p->segment = p->to;
	return 0;
}

/* The path of a shape that has begun, with PATH_ID for ids. What it is shorter by is zeroed: it is hashed. */
static __always_inline void fold_path(struct aggregate_area *area, struct out *o)
{
	struct path_context context = { .o = o, .area = area };
	struct record_series *s = &area->open.series;
	struct record_message *shape = (struct record_message *)s->shape;
	struct path_walk *p = &area->path;
	__u32 first = 0, length = shape->path_length, begin = sizeof(*shape) + shape->method_length;
	struct zeroes *zeroes = bpf_map_lookup_elem(&zero, &first);

	__builtin_memset(p, 0, sizeof(*p));
	p->at = begin;
	p->end = begin + length;
	p->to = p->segment = begin;
	bpf_loop(AGGREGATE_PATH_MAX + 1, path_step, &context, 0);
	shape->path_length = p->to - begin;
	if (zeroes)
		bpf_probe_read_kernel(&s->shape[masked(p->to, AGGREGATE_SHAPE_MAX - 1)], masked(p->end - p->to, AGGREGATE_SHAPE_MAX - 1), zeroes);
	s->shape_bytes = p->to;
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
