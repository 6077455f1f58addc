/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Where lines end, and where a byte is: 64 bytes a step. */
#ifndef MASTHEAD_SCAN_H
#define MASTHEAD_SCAN_H

#include "work.h"
#include "words.h"

#define AT(w, offset) ((w)->head.bytes[masked(offset, HEAD_MAX_BYTES - 1)])

/* Where line `index` ends, less its CR. */
static __always_inline __u32 line_end(struct work *w, __u32 index)
{
	__u32 end = w->head.line_ends[index & (HEAD_MAX_LINES - 1)];

	return end && AT(w, end - 1) == '\r' ? end - 1 : end;
}

/*
 * What is at `from`, up to the first `stop`, in lower case into `name`, which is of the work area, all zeroes, and holds `most` bytes, a multiple
 * of eight. Its length; most + 1 where it is longer.
 */
static __always_inline __u32 read_word_until(struct work *w, __u32 from, __u8 stop, __u8 *name, __u32 most)
{
#pragma unroll
	for (__u32 i = 0; i < most; i += 8) {
		__u64 word = load_word(&AT(w, from + i)), stops = equal_bytes(word, stop);

		word = lower_word(word) & below_first(stops);
		store_word(&name[i], word);
		if (stops)	/* most end in the first words */
			return forgotten(w, i + bytes_below_first(stops));
	}
	return forgotten(w, AT(w, from + most) == stop ? most : most + 1);
}

/* One bit for each of 64 bytes that equals one of two. */
static __always_inline __u64 equal_in_block(const __u8 *block, __u64 first, __u64 second)
{
	__u64 differ = 0;

#pragma unroll
	for (int i = 0; i < 8; i++) {
		__u64 word = load_word(block + 8 * i);

		differ = differ >> 1 | (differing_bytes(word, first) & differing_bytes(word, second) & HIGH_BITS);
		opaque(differ);	/* one word after the other: few registers, little stack */
	}
	return differ == ~0ULL ? 0 : transposed(~differ);
}

struct scan_context {
	struct work *w;
	__u64 skipping;		/* 1: only the empty line is looked for, lines are not noted */
};

/* Blocks of 64 bytes, and lines, that scan_some takes: most heads have no more. */
#define SCAN_STEPS 32

/* The line that ends at `end`, which is where an LF is. 1: there is nothing more to scan. */
static __always_inline int scan_line(struct work *w, __u32 end, __u64 skipping)
{
	struct head *h = &w->head;
	__u32 length = end - h->line_start;

	h->line_start = end + 1;
	if (length && AT(w, end - 1) == '\r')
		length--;
	else if (length || h->lines || skipping)
		h->flags |= RECORD_BARE_LF;
	if (skipping) {
		if (length)
			return 0;
		w->head_end = end + 1;
		return 1;
	}
	if (!length) {
		if (!h->lines) {	/* RFC 9112 section 2.2: empty lines before a request line */
			h->start = end + 1;
			return 0;
		}
		w->head_end = end + 1;
		return 1;
	}
	if (h->lines >= HEAD_MAX_LINES)
		return 1;
	h->line_ends[h->lines & (HEAD_MAX_LINES - 1)] = end;
	h->lines++;
	return h->lines >= HEAD_MAX_LINES;
}

/* 1: there is nothing more to scan. */
static __always_inline int scan_some(struct work *w, __u64 skipping)
{
	struct head *h = &w->head;
	__u64 mask = w->line_mask;

	for (__u32 i = 0; i < SCAN_STEPS; i++) {
		if (!mask) {
			__u32 at = h->scanned, left;

			if (at >= h->used)
				return 1;
			left = forgotten(w, at_most(h->used - at, 64));
			mask = equal_in_block(&AT(w, at), '\n', '\n') & (~0ULL >> ((64 - left) & 63));
			w->line_base = at;
			h->scanned = at + left;
			continue;
		}
		if (scan_line(w, forgotten(w, w->line_base + lowest_bit(mask)), skipping))
			return 1;
		mask &= mask - 1;
	}
	w->line_mask = mask;
	return 0;
}

static long scan_step(__u32 index, struct scan_context *context)
{
	(void)index;
	return scan_some(context->w, context->skipping);
}

/* Looks at what was not looked at yet. Sets head_end where the empty line is found. */
verified_alone int scan_lines(struct work *w, __u64 skipping)
{
	struct scan_context context = { .w = w, .skipping = skipping };

	if (!w)
		return 0;
	w->line_mask = 0;
	w->head_end = 0;
	if (!scan_some(w, skipping))	/* returning from a callback costs more than a block */
		bpf_loop(4096, scan_step, &context, 0);
	return 0;
}

struct work_context {
	struct work *w;
};

/* One block of 64 bytes. 1: found, or the end. */
static __always_inline int find_in_block(struct work *w)
{
	__u32 at = w->finder.at;
	__u64 mask;

	if (at >= w->finder.to)
		return 1;
	mask = equal_in_block(&AT(w, at), w->finder.first, w->finder.second);
	if (mask) {
		at += lowest_bit(mask);
		w->finder.at = at < w->finder.to ? at : w->finder.to;
		return 1;
	}
	w->finder.at = at + 64;
	return 0;
}

static long find_step(__u32 index, struct work_context *context)
{
	(void)index;
	return find_in_block(context->w);
}

/* find_either, where one more function would be too many on the stack. */
static __always_inline __u32 find_either_here(struct work *w, __u32 from, __u32 to, __u8 first, __u8 second)
{
	struct work_context context = { .w = w };

	w->finder.at = from;
	w->finder.to = to;
	w->finder.first = first;
	w->finder.second = second;
	if (!find_in_block(w))	/* most are in the first */
		bpf_loop(HEAD_MAX_BYTES / 64, find_step, &context, 0);
	return w->finder.at < to ? w->finder.at : to;
}

#define WORDS_OFTEN 4	/* that most of what is looked for lies in: a path, a scheme */

/* Where one of two bytes is first in the head's [from, to); `to` where neither is. */
verified_alone __u32 find_either(struct work *w, __u32 from, __u32 to, __u8 first, __u8 second)
{
	__u32 at = from;

	if (!w)
		return to;
	for (__u32 i = 0; i < WORDS_OFTEN; i++) {
		__u64 word = load_word(&AT(w, at)), hits = equal_bytes(word, first) | equal_bytes(word, second);

		if (hits)
			at = forgotten(w, at + bytes_below_first(hits));
		if (hits || at >= to)
			return at < to ? at : to;
		at += sizeof(word);
	}
	return find_either_here(w, at, to, first, second);
}

static long skip_blanks_step(__u32 index, struct work_context *context)
{
	struct work *w = context->w;

	(void)index;
	if (w->finder.at >= w->finder.to || !is_blank(AT(w, w->finder.at)))
		return 1;
	w->finder.at++;
	return 0;
}

static long skip_blanks_back_step(__u32 index, struct work_context *context)
{
	struct work *w = context->w;

	(void)index;
	if (w->finder.at >= w->finder.to || !is_blank(AT(w, w->finder.to - 1)))
		return 1;
	w->finder.to--;
	return 0;
}

verified_alone int strip_many_blanks(struct work *w)
{
	struct work_context context = { .w = w };

	if (!w)
		return 0;
	bpf_loop(HEAD_MAX_BYTES, skip_blanks_step, &context, 0);
	bpf_loop(HEAD_MAX_BYTES, skip_blanks_back_step, &context, 0);
	return 0;
}

/* Sets [finder.at, finder.to) to what is left without outer whitespace. One blank before a value is the rule, more the exception. */
static __always_inline void strip_blanks(struct work *w, __u32 from, __u32 to)
{
	if (from < to && is_blank(AT(w, from)))
		from++;
	w->finder.at = from;
	w->finder.to = to;
	if (from < to && (is_blank(AT(w, from)) || is_blank(AT(w, to - 1))))
		strip_many_blanks(w);
}

#endif
