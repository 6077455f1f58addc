/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Numbers of headers that are summed: read from the record of a head, where the tables let them in. */
#ifndef MASTHEAD_SERIES_SUMS_H
#define MASTHEAD_SERIES_SUMS_H

#include "out.h"
#include "../maps/aggregate.h"

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

#endif
