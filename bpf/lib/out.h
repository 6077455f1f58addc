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

/* Appends length bytes of the head, which the caller found allowed, at most COPY_MAX_BYTES, and room for them. */
static __always_inline void append_from_head(struct work *w, struct out *o, __u32 from, __u32 length)
{
	length = at_most(length, COPY_MAX_BYTES);
	if (bpf_probe_read_kernel(&OUT_AT(o, o->size), length, &AT(w, from)))
		return;
	o->size += length;
}

#endif
