/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* How long a message is: RFC 9112 section 6. */
#ifndef MASTHEAD_FRAMING_H
#define MASTHEAD_FRAMING_H

#include "scan.h"

#define KEY_CONTENT_ 0x2d746e65746e6f63ULL	/* "content-" */
#define KEY_LENGTH 0x6874676e656cULL		/* "length" */
#define KEY_TRANSFER 0x726566736e617274ULL	/* "transfer" */
#define KEY_CHUNKED 0x64656b6e756863ULL
#define DIGITS_A_STEP 4
#define KEY_ENCODING 0x6e69646f636e652dULL	/* "-encodin", then "g" */

/* Takes one byte of a content-length line. 1: it was the last, or a bad one. */
static __always_inline int take_digit(struct work *w)
{
	struct number *n = &w->number;
	__u8 byte;

	if (w->finder.at >= w->finder.to)
		return 1;
	byte = AT(w, w->finder.at);
	w->finder.at++;
	if (is_digit(byte)) {
		__u64 digit = byte - '0';

		if (n->after || n->value > (~0ULL >> 1) / 10 - 1)
			n->bad = 1;
		n->value = n->value * 10 + digit;
		n->digits = 1;
	} else if (is_blank(byte)) {
		n->after = n->digits;
	} else if (byte == ',' && n->digits) {
		if (n->numbers && n->first != n->value)
			n->bad = 1;
		n->first = n->value;
		n->numbers = 1;
		n->value = 0;
		n->digits = 0;
		n->after = 0;
	} else {
		n->bad = 1;
	}
	return n->bad != 0;
}

static long number_step(__u32 index, struct work_context *context)
{
	(void)index;
#pragma unroll
	for (int i = 0; i < DIGITS_A_STEP; i++)
		if (take_digit(context->w))
			return 1;
	return 0;
}

/* What [from, to) says where it is one to seven digits and nothing else, as nearly all lengths are; else NO_NUMBER. */
static __always_inline __u64 short_number(struct work *w, __u32 from, __u32 to)
{
	__u32 length = to - from;

	return length && length < 8 ? decimal_number(load_word(&AT(w, from)), length) : NO_NUMBER;
}

/* The value [from, to) of a content-length line: digits, or a list of one number. */
verified_alone int note_content_length(struct work *w, __u32 from, __u32 to)
{
	struct work_context context = { .w = w };
	struct number *n;
	struct parsed_head *p;
	__u64 number;

	if (!w)
		return 0;
	n = &w->number;
	p = &w->parsed;
	number = short_number(w, from, to);
	if (number != NO_NUMBER && !p->has_length) {
		p->has_length = 1;
		p->content_length = number;
		return 0;
	}
	__builtin_memset(n, 0, sizeof(*n));
	w->finder.at = from;
	w->finder.to = to;
	bpf_loop(HEAD_MAX_BYTES / DIGITS_A_STEP + 1, number_step, &context, 0);
	if (n->bad || !n->digits || (n->numbers && n->first != n->value))
		p->bad_length = 1;
	else if (p->has_length && p->content_length != n->value)
		p->bad_length = 1;
	p->has_length = 1;
	p->content_length = n->value;
	return 0;
}

static __always_inline int is_chunked(struct work *w, __u32 from, __u32 to)
{
	return to - from == 7 && (lower_word(load_word(&AT(w, from))) & 0x00ffffffffffffffULL) == KEY_CHUNKED;
}

/* The end of a coding's name: a comma, or the end of the line. */
static __always_inline void note_coding(struct work *w)
{
	struct list_element *e = &w->element;
	struct parsed_head *p = &w->parsed;

	if (e->from != e->to) {	/* RFC 9110 section 5.6.1: empty elements do not count */
		p->chunked_before |= p->chunked_last;
		p->chunked_last = is_chunked(w, e->from, e->to);
	}
}

static long coding_step(__u32 index, struct work_context *context)
{
	struct work *w = context->w;
	struct list_element *e = &w->element;
	__u32 at = w->finder.at;
	__u8 byte;

	(void)index;
	byte = at < w->finder.to ? AT(w, at) : ',';
	if (byte == ',') {
		note_coding(w);
		e->from = e->to = at + 1;
	} else if (!is_blank(byte)) {
		e->to = at + 1;
	} else if (e->from == e->to) {
		e->from = e->to = at + 1;
	}
	w->finder.at = at + 1;
	return at >= w->finder.to;
}

/* The value [from, to) of a transfer-encoding line. Only the last coding decides: chunked or not. */
verified_alone int note_transfer_encoding(struct work *w, __u32 from, __u32 to)
{
	struct work_context context = { .w = w };

	if (!w)
		return 0;
	if (!w->parsed.has_encoding && is_chunked(w, from, to)) {	/* nearly always */
		w->parsed.has_encoding = w->parsed.chunked_last = 1;
		return 0;
	}
	w->parsed.has_encoding = 1;
	w->finder.at = w->element.from = w->element.to = from;
	w->finder.to = to;
	bpf_loop(HEAD_MAX_BYTES, coding_step, &context, 0);
	return 0;
}

/* What makes a message's framing doubtful beside its encoding: RFC 9112 sections 6.1 and 6.3. */
static __always_inline __u16 encoding_flags(const struct parsed_head *p)
{
	return (p->has_length ? RECORD_LENGTH_CONFLICT : 0) |
	       (!p->version_minor || (p->chunked_last && p->chunked_before) ? RECORD_MALFORMED : 0);
}

/* Flags go to the head's. */
static __always_inline int framing_of_request(struct work *w)
{
	struct parsed_head *p = &w->parsed;
	__u16 *flags = &w->head.flags;

	if (p->doubtful)
		goto malformed;
	if (p->has_encoding) {
		*flags |= encoding_flags(p);
		if (!p->chunked_last)
			goto malformed;
		return FRAMING_CHUNKED;
	}
	if (p->bad_length) {
		*flags |= RECORD_LENGTH_CONFLICT;
		goto malformed;
	}
	if (p->has_length)
		return p->content_length ? FRAMING_LENGTH : FRAMING_NONE;
	return p->truncated ? FRAMING_UNSEEN : FRAMING_NONE;
malformed:
	*flags |= RECORD_MALFORMED;
	return FRAMING_UNKNOWN;
}

static __always_inline int framing_of_response(struct work *w)
{
	struct parsed_head *p = &w->parsed;
	__u16 *flags = &w->head.flags;
	__u32 request = p->request;

	if (p->status == 101 || ((request & OUTSTANDING_CONNECT) && p->status >= 200 && p->status < 300))
		return FRAMING_TUNNEL;
	if ((request & OUTSTANDING_HEAD) || p->status < 200 || p->status == 204 || p->status == 304)
		return FRAMING_NONE;
	if (p->doubtful) {
		*flags |= RECORD_MALFORMED;
		return FRAMING_UNKNOWN;
	}
	if (p->has_encoding) {
		*flags |= encoding_flags(p);
		return p->chunked_last ? FRAMING_CHUNKED : FRAMING_UNTIL_CLOSE;
	}
	if (p->bad_length) {
		*flags |= RECORD_LENGTH_CONFLICT;
		return FRAMING_UNTIL_CLOSE;
	}
	if (p->has_length)
		return p->content_length ? FRAMING_LENGTH : FRAMING_NONE;
	return p->truncated ? FRAMING_UNSEEN : FRAMING_UNTIL_CLOSE;
}

/* What follows the head: enum framing. */
static __always_inline int framing_of(struct work *w)
{
	return w->parsed.is_response ? framing_of_response(w) : framing_of_request(w);
}

#endif
