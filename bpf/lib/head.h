/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* From the bytes of a call to a complete head. */
#ifndef MASTHEAD_HEAD_H
#define MASTHEAD_HEAD_H

#include "given-up-head.h"

/* The only trace of a request whose call was not seen is its response. */
static __always_inline void count_unseen_request(struct work *w, struct connection *c)
{
	if (w->parsed.status < 200)
		return;
	if (!c->role)
		c->role = w->direction == READ ? ROLE_CLIENT : ROLE_SERVER;
	judge_request(w, c);
	if (!w->judgement.items)
		return;
	count(COUNTER_CAPTURED);
	count(COUNTER_LOST_CALLS);
}

/* Pairs the head that parse_start_line found and judges it. 0: it is not looked at further. */
verified_alone int admit_head(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d;
	int none_outstanding;

	if (!w || !o || !c)
		return 0;
	d = direction_of(w, c);
	none_outstanding = oldest_request(c) == NO_REQUEST;
	if (d->state == STATE_RESYNC && !d->in_step) {
		d->next_flags = RECORD_MID_STREAM;
		count(COUNTER_MID_STREAM);
	}
	w->finished = 1;
	enter(d, STATE_HEAD);
	d->bytes = (w->head_end ? w->head_end : w->head.used) - w->head.start;
	d->first_byte_ns = w->head.first_byte_ns;
	__builtin_memset(&w->judgement, 0, sizeof(w->judgement));
	if (!w->parsed.is_response) {
		admit_request(w, c, COUNTERS);
		if (c->unseen_reads)	/* what is answered from now on is this one */
			c->unseen_reads = 0;
	} else if (!admit_response(w, c)) {
		if (c->unseen_reads && none_outstanding)
			count_unseen_request(w, c);
		if (none_outstanding)
			note_early_response(w, c);
		lose_place(w, c);
		skip_call(w);
		return 0;
	}
	d->in_step = 1;
	if (d->silent)
		w->judgement.fields = 0;
	else
		begin_record(w, o, c);
	return 1;
}

/* The fields are read: the record gets its flags, and the direction its next state. */
static __always_inline void settle_head(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d = direction_of(w, c);
	struct parsed_head *p = &w->parsed;
	struct record_message *m = MESSAGE(o);
	int framing = framing_of(w), interim;

	if (p->truncated) {
		w->head.flags |= RECORD_TRUNCATED;
		count(COUNTER_TRUNCATED_HEADS);
	}
	if (o->pending) {
		m->head_bytes = d->bytes;
		m->header.flags |= w->head.flags | d->next_flags |
			(w->judgement.changed ? RECORD_POLICY_CHANGED : 0) |
			(framing == FRAMING_TUNNEL ? RECORD_TUNNEL : 0) |
			(framing == FRAMING_UNTIL_CLOSE ? RECORD_UNTIL_CLOSE : 0);
	}
	interim = p->is_response && p->status < 200 && p->status != 101;
	if (interim) {
		d->bytes = 0;
		d->open = 0;
	} else {
		d->next_flags = 0;
	}
	if (p->truncated) {
		flush(w, o, c, 0);
		enter(d, STATE_SKIP_HEAD);
		d->phase = w->cut_line;
		d->after = framing;
		d->remaining = p->content_length;
	} else if (!interim) {
		begin_body(w, o, c, framing, p->content_length);
	}
}

/* The bytes that were read behind a complete head, for chunk_size_step: it need not read them again. */
static __always_inline void keep_ahead(struct work *w)
{
	if (!w->head_end || w->head_end >= w->head.used)
		return;
	w->ahead = at_most(w->head.used - w->head_end, SMALL_BYTES);
	copy_words(w->small, &AT(w, w->head_end), SMALL_BYTES);
}

/* A head is complete (head_end), or as much of it as is followed (0). */
static __always_inline void finish_head(struct work *w, struct out *o, struct connection *c)
{
	struct parsed_head *p = &w->parsed;

	__builtin_memset(p, 0, sizeof(*p));
	if (!parse_start_line(w)) {
		not_a_head(w, c);
		return;
	}
	p->truncated = !w->head_end;
	w->next_response = c->next_response;
	if (direction_of(w, c)->open && direction_of(w, c)->counted_here)
		interrupt_counted(w, c);
	if (!admit_head(w, o, c)) {
		if (w->next_response != c->next_response)	/* the outstanding are given up: see claim_request */
			lose_exchanges(c, w->next_response);
		drop_head(w);
		return;
	}
	if (o->pending && !p->is_response)
		append_target(w, o);
	walk_fields(w, o);
	if (o->pending && w->judgement.aggregate)
		count_head(w, o, c);
	settle_head(w, o, c);
	if (direction_of(w, c)->state == STATE_CHUNK_SIZE)
		keep_ahead(w);
	drop_head(w);
}

/* Reads on in a head. 1: it is complete, or at its bound. */
verified_alone int head_step(struct work *w, struct connection *c)
{
	struct direction *d;
	__u32 before, taken;
	int kind;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	before = w->head.used;
	if (!before) {
		w->head.first_byte_ns = w->call_ns;
		w->head.arrived_ns = arrival_of(w);
		if (d->state == STATE_RESYNC && (w->position || w->earlier)) {	/* only the start of a call counts */
			skip_call(w);
			return 0;
		}
	}
	taken = read_block(w, !before && d->response ? RESPONSE_BLOCK_BYTES : HEAD_BLOCK_BYTES);
	if (!taken) {
		give_up_head(w, c, COUNTER_LOST_READ);
		lose_place(w, c);
		skip_call(w);
		drop_head(w);
		return 0;
	}
	scan_lines(w, 0);
	if (!w->head.checked && !w->head_end && w->head.used > w->head.start) {	/* finish_head looks at a complete one */
		kind = start_kind(w);
		if (kind == START_BAD || (w->head.lines && !parse_start_line(w))) {
			not_a_head(w, c);
			return 0;
		}
		w->head.checked = w->head.lines != 0;
	}
	if (c->lost && w->head.checked && !w->head_end) {	/* nothing can be remembered: it is counted at once */
		give_up_head(w, c, COUNTER_LOST_CONNECTIONS);
		enter(d, STATE_RESYNC);
		skip_call(w);
		drop_head(w);
		return 0;
	}
	if (w->head_end) {
		w->position += w->head_end - before;
		return 1;
	} else if (w->head.lines >= HEAD_MAX_LINES) {
		w->position += w->head.line_start - before;
		w->head.used = w->head.line_start;
		w->cut_line = LINE_EMPTY;
		return 1;
	} else if (w->head.used >= HEAD_MAX_BYTES) {
		w->position += taken;
		w->cut_line = unfinished_line(w);
		return 1;
	} else {
		w->position += taken;
		if (!w->head.lines && w->head.start == w->head.used)
			drop_head(w);	/* empty lines and nothing else */
	}
	return 0;
}

/* Looks for an empty line. The buffer holds at most what the unfinished line was, and a block. 1: found. */
static __always_inline int skip_lines(struct work *w, struct direction *d)
{
	struct head *h = &w->head;
	__u32 before, taken;

	h->bytes[0] = d->phase == LINE_CR ? '\r' : 'x';
	h->bytes[1] = d->phase == LINE_MORE_CR ? '\r' : 'x';
	before = d->phase == LINE_EMPTY ? 0 : d->phase == LINE_CR ? 1 : 2;
	h->used = h->scanned = before;
	h->line_start = 0;
	if (w->head_used < 2)
		w->head_used = 2;
	taken = read_block(w, HEAD_BLOCK_BYTES);
	if (!taken)
		return 0;
	scan_lines(w, 1);
	taken = w->head_end ? w->head_end - before : taken;
	d->phase = unfinished_line(w);
	d->bytes += taken;
	w->position += taken;
	return w->head_end != 0;
}

verified_alone int skip_step(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d;
	int found;

	if (!w || !o || !c)
		return 0;
	d = direction_of(w, c);
	found = skip_lines(w, d);
	d->end_flags |= w->head.flags & RECORD_BARE_LF;
	drop_head(w);
	if (w->failed) {
		end_message(w, o, c);
		lose_place(w, c);
		skip_call(w);
	} else if (found && d->state == STATE_TRAILER) {
		end_message(w, o, c);
	} else if (found) {
		begin_body(w, o, c, d->after, d->remaining);
	}
	return 0;
}

#endif
