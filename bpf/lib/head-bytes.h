/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The bytes of a head, in the work area. */
#ifndef MASTHEAD_HEAD_BYTES_H
#define MASTHEAD_HEAD_BYTES_H

#include "call-bytes.h"
#include "scan.h"
#include "../maps/work.h"

#define CLEARED_HERE HEAD_BLOCK_BYTES	/* more than that the call of a helper clears sooner */

/* Zeroes what may hold bytes of a head. */
static __always_inline void clear_head_bytes(struct work *w)
{
	__u32 first = 0, used = at_most(w->head_used, HEAD_BUFFER_BYTES);
	struct zeroes *zeroes;

	if (used > CLEARED_HERE) {
		zeroes = bpf_map_lookup_elem(&zero, &first);
		if (zeroes)
			bpf_probe_read_kernel(w->head.bytes, used, zeroes);
		return;
	}
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < CLEARED_HERE && i < used; i += 64) {
		clear_words(&w->head.bytes[i], 64);
		opaque(w);	/* else clang makes a memset of the loop, which no program can call */
	}
}

/* Forgets the head; its bytes are zeroed. */
verified_alone int drop_head(struct work *w)
{
	if (!w)
		return 0;
	clear_head_bytes(w);
	w->head_used = 0;
	w->head.used = w->head.scanned = w->head.line_start = w->head.start = w->head.lines = 0;
	w->head.flags = 0;
	w->head.checked = 0;
	return 0;
}

/* Reads up to so much of the call's bytes behind what the head holds. How many; 0 where none could be read. */
static __always_inline __u32 read_block(struct work *w, __u32 most)
{
	__u32 used = w->head.used, take = bytes_left(w), room = HEAD_MAX_BYTES - used;

	if (take > room)
		take = room;
	if (take > most)
		take = most;
	take = at_most(take, HEAD_BLOCK_BYTES);
	if (!w->user || bpf_probe_read_user(&AT(w, used), take, (void *)(w->user + w->position))) {
		w->failed = 1;
		return 0;
	}
	w->head.used = used + take;
	if (w->head.used > w->head_used)
		w->head_used = w->head.used;
	return take;
}

/* What the unfinished line at the end of the buffer holds. */
static __always_inline __u8 unfinished_line(struct work *w)
{
	__u32 length = w->head.used - w->head.line_start;

	if (!length)
		return LINE_EMPTY;
	if (AT(w, w->head.used - 1) != '\r')
		return LINE_MORE;
	return length == 1 ? LINE_CR : LINE_MORE_CR;
}

#endif
