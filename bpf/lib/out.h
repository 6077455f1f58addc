/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The record under construction: appending to it, within its bound. */
#ifndef MASTHEAD_OUT_H
#define MASTHEAD_OUT_H

#include "scan.h"

#define OUT_AT(o, offset) ((o)->bytes[masked(offset, 16383)])
#define MESSAGE(o) ((struct record_message *)(o)->bytes)

static __always_inline int out_has_room(const struct out *o, __u32 bytes)
{
	return o->size + bytes <= RECORD_MAX_BYTES;
}

static __always_inline void append_byte(struct out *o, __u8 byte)
{
	OUT_AT(o, o->size) = byte;
	o->size++;
}

#define SHORT_BYTES 40	/* the call of a helper takes longer than to copy so many */

/* Copies `length` of SHORT_BYTES; those behind become zero. */
static __always_inline void copy_short(__u8 *to, const __u8 *from, __u32 length)
{
	__u64 last = (1ULL << (8 * (length & 7))) - 1, whole_before = ~0ULL;

#pragma unroll
	for (__s32 i = 0; i < SHORT_BYTES; i += 8) {
		__u64 whole = -(__u64)is_negative((__s64)i + 7 - length);	/* all ones, or none */

		store_word(to + i, load_word(from + i) & (whole | (whole_before & last)));
		whole_before = whole;
	}
}

/* Appends length bytes of the head, which the caller found allowed, at most COPY_MAX_BYTES, and room for them. */
static __always_inline void append_from_head(struct work *w, struct out *o, __u32 from, __u32 length)
{
	if (length < SHORT_BYTES) {
		copy_short(&OUT_AT(o, o->size), &AT(w, from), length);
		o->size += length;
		return;
	}
	length = at_most(length, COPY_MAX_BYTES);
	if (bpf_probe_read_kernel(&OUT_AT(o, o->size), length, &AT(w, from)))
		return;
	o->size += length;
}

#endif
