/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The body of a message: bytes of known length, and chunks, RFC 9112 section 7.1. No byte of their data is read. */
#ifndef MASTHEAD_BODY_H
#define MASTHEAD_BODY_H

#include "call-bytes.h"
#include "message.h"

struct step_context {
	struct work *w;
	struct out *o;
	struct connection *c;
};

/* Takes body bytes, or those of a chunk. 1: its end was reached. */
static __always_inline int take_body(struct work *w, struct direction *d)
{
	__u64 take = bytes_left(w);

	if (take > d->remaining)
		take = d->remaining;
	d->remaining -= take;
	d->bytes += take;
	w->position += take;
	return !d->remaining;
}

static __always_inline void body_step(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d = direction_of(w, c);

	if (!take_body(w, d))
		return;
	if (d->state == STATE_BODY) {
		end_message(w, o, c);
	} else {
		enter(d, STATE_CHUNK_SIZE);
		d->phase = CHUNK_AFTER_DATA;
	}
}

/* A byte of a chunk's line behind the digits. 1: the line is over, or failed. */
static __always_inline int behind_size(struct direction *d, __u8 byte, __u32 *failed)
{
	if (d->phase == CHUNK_BLANKS && (byte == '\r' || byte == '\n'))	/* an extension has to follow */
		d->end_flags |= RECORD_MALFORMED;
	if (byte == '\n') {
		d->end_flags |= d->phase == CHUNK_CR ? 0 : RECORD_BARE_LF;
		d->state = d->remaining ? STATE_CHUNK_DATA : STATE_TRAILER;
		d->phase = LINE_EMPTY;
		d->digits = 0;
		return 1;
	}
	if (d->phase == CHUNK_CR)
		*failed = 1;
	else if (byte == '\r')
		d->phase = CHUNK_CR;
	else if (d->phase != CHUNK_EXTENSION && byte == ';')
		d->phase = CHUNK_EXTENSION;
	else if (d->phase != CHUNK_EXTENSION && is_blank(byte))
		d->phase = CHUNK_BLANKS;
	else
		*failed = d->phase != CHUNK_EXTENSION;
	return *failed;
}

/* One byte between chunks: RFC 9112 section 7.1. 1: stop. */
static long chunk_step(__u32 index, struct step_context *context)
{
	struct work *w = context->w;
	struct connection *c = context->c;
	struct direction *d = direction_of(w, c);
	__u8 byte = w->small[index & (SMALL_BYTES - 1)], digit;

	w->position++;
	d->bytes++;
	switch (d->phase) {
	case CHUNK_AFTER_DATA:
	case CHUNK_AFTER_DATA_CR:
		if (byte == '\n') {
			d->end_flags |= d->phase == CHUNK_AFTER_DATA ? RECORD_BARE_LF : 0;
			d->phase = CHUNK_DIGITS;
			return 0;
		}
		w->failed = byte != '\r' || d->phase != CHUNK_AFTER_DATA;
		d->phase = CHUNK_AFTER_DATA_CR;
		return w->failed != 0;
	case CHUNK_DIGITS:
		digit = is_digit(byte) ? byte - '0' : lower_byte(byte) - 'a' + 10;
		if (is_digit(byte) || (lower_byte(byte) >= 'a' && lower_byte(byte) <= 'f')) {
			if (d->remaining >> 59)
				w->failed = 1;
			d->remaining = (d->remaining << 4) | digit;
			d->digits = 1;
			return w->failed != 0;
		}
		w->failed = !d->digits;
	}
	return w->failed || behind_size(d, byte, &w->failed);
}

#define LAST_CHUNK 0x0a0d0a0d30ULL			/* "0" and two line ends: no trailer */
#define LAST_CHUNK_AFTER_DATA 0x0a0d0a0d300a0dULL	/* the same, after the line end of a chunk's data */

/* How many bytes the end of a chunked body takes where it comes next, as nearly all servers send it; 0: look closer. */
static __always_inline __u32 last_chunk_bytes(const struct direction *d, const __u8 *bytes, __u32 available)
{
	__u64 word = load_word(bytes);

	if (d->phase == CHUNK_AFTER_DATA)
		return available >= 7 && (word & SEVEN_BYTES) == LAST_CHUNK_AFTER_DATA ? 7 : 0;
	return d->phase == CHUNK_DIGITS && !d->digits && available >= 5 && (word & 0xffffffffffULL) == LAST_CHUNK ? 5 : 0;
}

/*
 * Takes the line that says how long the next chunk is, with the line end before it, where it comes next, whole, as nearly all servers
 * send it: up to six digits and no extension. How many bytes that were; 0: nothing was taken, look closer.
 */
static __always_inline __u32 take_chunk_line(struct direction *d, const __u8 *bytes, __u32 available)
{
	__u32 before = d->phase == CHUNK_AFTER_DATA ? 2 : 0, digits;
	__u64 line = load_word(bytes + before), ends = equal_bytes(line, '\r'), size;

	if (before ? bytes[0] != '\r' || bytes[1] != '\n' : d->phase != CHUNK_DIGITS || d->digits)
		return 0;
	digits = ends ? bytes_below_first(ends) : 8;
	if (!digits || digits > 6 || before + digits + 2 > available || bytes[before + digits + 1] != '\n')
		return 0;
	if (!are_hex_digits(line, digits))
		return 0;
	size = hex_number(line, digits);
	if (!size)	/* trailers may follow */
		return 0;
	enter(d, STATE_CHUNK_DATA);
	d->remaining = size;
	return before + digits + 2;
}

/* What comes between the data of chunks, up to SMALL_BYTES of it. */
verified_alone int chunk_size_step(struct work *w, struct out *o, struct connection *c)
{
	struct step_context context = { .w = w, .o = o, .c = c };
	struct direction *d;
	__u32 take, last, line;
	__u16 fault = RECORD_MALFORMED;

	if (!w || !o || !c)
		return 0;
	d = direction_of(w, c);
	take = w->ahead;
	w->ahead = 0;
	if (!take) {
		take = at_most(bytes_left(w), SMALL_BYTES);
		if (!w->user || bpf_probe_read_user(w->small, take, (void *)(w->user + w->position))) {
			w->failed = 1;
			fault = RECORD_TRUNCATED;	/* nobody can say what it was */
		}
	}
	last = w->failed ? 0 : last_chunk_bytes(d, w->small, take);
	line = w->failed || last ? 0 : take_chunk_line(d, w->small, take);
	if (!w->failed && !last && !line)
		bpf_loop(take, chunk_step, &context, 0);
	__builtin_memset(w->small, 0, SMALL_BYTES);
	if (last) {
		w->position += last;
		d->bytes += last;
		end_message(w, o, c);
		return 0;
	}
	w->position += line;
	d->bytes += line;
	if (!w->failed) {
		if (d->state == STATE_CHUNK_DATA && take_body(w, d)) {
			enter(d, STATE_CHUNK_SIZE);
			d->phase = CHUNK_AFTER_DATA;
		}
		return 0;
	}
	w->failed = 0;
	d->end_flags |= fault;
	end_message(w, o, c);
	lose_place(w, c);
	skip_call(w);
	return 0;
}

#endif
