/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The path of a series: ids become PATH_ID (include/aggregate.h). */
#ifndef MASTHEAD_SERIES_PATH_H
#define MASTHEAD_SERIES_PATH_H

#include "out.h"
#include "../maps/aggregate.h"
#include "../maps/work.h"

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

#endif
