/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * From a complete head to a record, and from there to the end of the message. A record waits until its message or the
 * call ends, so that a message that came in one call is one record.
 */
#ifndef MASTHEAD_MESSAGE_H
#define MASTHEAD_MESSAGE_H

#include "target.h"
#include "judge.h"
#include "budget.h"
#include "queue.h"
#include "timings.h"
#include "aggregate.h"
#include "../maps/records.h"

static __always_inline struct direction *direction_of(struct work *w, struct connection *c)
{
	return &c->directions[w->direction & 1];
}

static __always_inline void enter(struct direction *d, __u8 state)
{
	d->state = state;
	d->phase = 0;
	d->digits = 0;
	d->remaining = 0;
}

/* This direction lost its place. What comes next is flagged, and only what is certain is paired. */
verified_alone int lose_place(struct work *w, struct connection *c)
{
	struct direction *d;
	int requests;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	requests = c->role == ROLE_SERVER ? w->direction == READ : w->direction == WRITE;
	count(COUNTER_RESYNC);
	enter(d, STATE_RESYNC);
	d->next_flags |= RECORD_GAP_BEFORE;
	/* A request that was not seen would give its answer to the next one, and an answer that was not seen its place. */
	if (c->role && c->pipelined)
		enter(&c->directions[(w->direction & 1) ^ (requests & 1)], STATE_IGNORE);
	else if (!c->role || requests)
		doubt_requests(c);
	return 0;
}

/* Sends the record that waits. */
verified_alone int flush(struct work *w, struct out *o, struct connection *c, int complete)
{
	struct direction *d;
	struct record_message *m;
	__u32 size;

	if (!w || !o || !c)
		return 0;
	d = direction_of(w, c);
	m = MESSAGE(o);
	if (!o->pending)
		return 0;
	o->pending = 0;
	size = at_most(o->size, RECORD_MAX_BYTES);
	m->header.size = size;
	m->header.time_ns = w->now_ns;
	m->bytes = d->bytes;
	if (complete)
		m->header.flags |= RECORD_COMPLETE | d->end_flags;
	if (!send_record(o->bytes, size))
		return 0;
	if (d->response) {
		count(COUNTER_RECORDS_DROPPED);
	} else {
		count(COUNTER_LOST_RING);
		silence_request(c, d->exchange);
		d->silent = 1;
	}
	return 0;
}

/* By itself, since its record is large and the path through end_message is long. */
verified_alone int send_message_end(struct work *w, struct connection *c)
{
	struct record_message_end e = {};
	struct direction *d;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	e.header.kind = RECORD_MESSAGE_END;
	e.header.flags = d->end_flags;
	e.header.size = sizeof(e);
	e.header.time_ns = w->now_ns;
	e.header.pid = w->process;
	e.header.generation = d->generation;
	e.connection = c->id;
	e.bytes = d->bytes;
	e.exchange = d->exchange;
	e.response = d->response;
	if (send_record(&e, sizeof(e)))
		count(COUNTER_RECORDS_DROPPED);
	return 0;
}

verified_alone int end_message(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d;

	if (!w || !o || !c)
		return 0;
	d = direction_of(w, c);
	if (o->pending)
		flush(w, o, c, 1);
	else if (d->open && d->counted_here)
		end_counted(c, w->direction, w->now_ns);
	else if (d->open && !d->silent)
		send_message_end(w, c);
	end_served(w, c, d);
	d->open = 0;
	d->counted_here = 0;
	d->bytes = 0;
	d->end_flags = 0;
	enter(d, STATE_HEAD);
	return 0;
}

/* After the end of a head: what comes now. */
verified_alone int begin_body(struct work *w, struct out *o, struct connection *c, int framing, __u64 length)
{
	struct direction *d;

	if (!w || !o || !c)
		return 0;
	d = direction_of(w, c);
	switch (framing) {
	case FRAMING_NONE:
		end_message(w, o, c);
		break;
	case FRAMING_LENGTH:
		enter(d, STATE_BODY);
		d->remaining = length;
		break;
	case FRAMING_CHUNKED:
		enter(d, STATE_CHUNK_SIZE);
		d->phase = CHUNK_DIGITS;
		break;
	case FRAMING_UNTIL_CLOSE:
		enter(d, STATE_UNTIL_CLOSE);
		break;
	case FRAMING_TUNNEL:
		end_message(w, o, c);
		enter(&c->directions[READ], STATE_TUNNEL);
		enter(&c->directions[WRITE], STATE_TUNNEL);
		break;
	default:
		if (framing != FRAMING_UNSEEN)
			d->end_flags |= RECORD_MALFORMED;
		end_message(w, o, c);
		lose_place(w, c);
	}
	return 0;
}

static __always_inline void begin_record(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d = direction_of(w, c);
	struct record_message *m = MESSAGE(o);

	__builtin_memset(m, 0, sizeof(*m));
	m->header.kind = d->response ? RECORD_RESPONSE : RECORD_REQUEST;
	m->header.pid = w->process;
	m->header.generation = w->judgement.generation;
	m->connection = c->id;
	m->first_byte_ns = w->head.first_byte_ns;
	m->governed = w->judgement.items;
	m->exchange = d->exchange;
	m->status = w->parsed.status;
	m->role = c->role;
	m->source = c->source;
	m->version_minor = w->parsed.version_minor;
	copy_words(&m->socket, &c->socket, sizeof(m->socket));
	m->tie = c->tie;
	m->header.flags = (c->socket.family ? RECORD_SOCKET : 0) | (w->judgement.counted ? RECORD_COUNTED : 0);
	o->size = sizeof(*m);
	if (w->judgement.timings)
		append_timings(w, o, c, d);
	d->generation = w->judgement.generation;
	c->generation = w->judgement.generation;
	c->reported |= !w->judgement.aggregate;
	o->pending = 1;
}

static __always_inline __u32 outstanding_entry(struct work *w, int silent)
{
	return (w->judgement.generation & OUTSTANDING_GENERATION) | (w->judgement.slot << OUTSTANDING_SLOT_SHIFT) |
	       (w->parsed.method_class == 1 ? OUTSTANDING_HEAD : 0) |
	       (w->parsed.method_class == 2 ? OUTSTANDING_CONNECT : 0) | (silent ? OUTSTANDING_SILENT : 0) |
	       (w->judgement.counted ? OUTSTANDING_COUNTED : 0);
}

/*
 * In clear, a write is looked at when it has returned: a response that came while it was blocked was read before its request was
 * there. That request is not paired, and the next one is not given its answer.
 */
static __always_inline void note_early_response(struct work *w, struct connection *c)
{
	if (c->source != SOURCE_SOCKET || w->direction != READ || c->role == ROLE_SERVER ||
	    (w->parsed.status < 200 && w->parsed.status != 101))
		return;
	c->early_responses++;
	c->early_ns = w->now_ns;
}

/* The request that was just queued may be the one that an early response answered. */
static __always_inline void take_early_response(struct work *w, struct connection *c)
{
	if (w->direction != WRITE || (w->begun_ns && w->begun_ns > c->early_ns)) {
		c->early_responses = 0;
		return;
	}
	c->early_responses--;
	if (c->next_request - c->next_response == 1)
		pop_request(c);
}

/*
 * A second request is outstanding where an answer was missed: that one is no more, as far as the connection goes, and it says
 * nothing of how its client behaves.
 */
static __always_inline __u32 queue_request(struct work *w, struct connection *c, __u32 entry, int *fits)
{
	struct direction *responses = &c->directions[(w->direction & 1) ^ 1];
	int answer_missed = responses->missed || (responses->next_flags & RECORD_GAP_BEFORE);
	int first = c->next_request - c->next_response == 1 && !c->pipelined;
	__u32 exchange = push_request(c, entry, fits);

	if (first && answer_missed)
		c->pipelined = 0;
	if (c->early_responses)
		take_early_response(w, c);
	return exchange;
}

/*
 * A request head is there, or was given up: `captured` is counted here and nowhere else, so that it is the sum of the
 * request records that were sent and of the kernel's losses at any time (promise no-silent-loss).
 * lost_to: the counter of what lost it, or COUNTERS.
 */
verified_alone int admit_request(struct work *w, struct connection *c, __u32 lost_to)
{
	struct direction *d;
	int fits = 1, governed;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	if (!c->role)
		c->role = w->direction == READ ? ROLE_SERVER : ROLE_CLIENT;
	judge_request(w, c);
	governed = w->judgement.items != 0;
	if (governed && !c->lost && lost_to == COUNTERS)
		judge_detail(w);
	if (c->lost)
		lost_to = COUNTER_LOST_CONNECTIONS;
	else
		d->exchange = queue_request(w, c, outstanding_entry(w, lost_to != COUNTERS || !governed), &fits);
	if (!fits && lost_to == COUNTERS)
		lost_to = COUNTER_LOST_PIPELINE;
	if (governed) {
		count(COUNTER_CAPTURED);
		if (lost_to != COUNTERS)
			count(lost_to);
		else if (w->judgement.counted == COUNTED_BY_BUDGET)
			count(COUNTER_COUNTED_ONLY);
	}
	if (w->measured.wants & TIMING_CPU)
		begin_serving(w, c, d);
	d->response = 0;
	d->open = 1;
	d->silent = !governed || lost_to != COUNTERS;
	return !d->silent;
}

/* Which request this response answers. NO_REQUEST: none that is certain. */
static __always_inline __u32 claim_request(struct connection *c, struct direction *d)
{
	const struct direction *requests = &c->directions[d == &c->directions[READ] ? WRITE : READ];
	__u32 request = oldest_request(c);

	if (request == NO_REQUEST)
		return NO_REQUEST;
	if ((d->next_flags & (RECORD_GAP_BEFORE | RECORD_MID_STREAM)) &&
	    (c->next_request - c->next_response != 1 || requests->missed || requests->state == STATE_RESYNC)) {
		/* a response may be missing: to pair on would risk a wrong exchange */
		c->next_response = c->next_request;
		c->overflow = 0;
		c->certain = 0;
		return NO_REQUEST;
	}
	if (c->pipelined && c->unseen_requests && !c->certain)	/* a request may be missing, which this one answers */
		return NO_REQUEST;
	d->exchange = c->next_response;
	return request;
}

/* A complete response head, or one at its bound. 0: no request is known that it answers. */
verified_alone int admit_response(struct work *w, struct connection *c)
{
	struct direction *d;
	__u32 request;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	request = claim_request(c, d);
	d->response = 1;
	if (request == NO_REQUEST)
		return 0;
	if (!c->role)
		c->role = w->direction == READ ? ROLE_CLIENT : ROLE_SERVER;
	w->parsed.request = request;
	d->silent = 1;
	if (w->parsed.status < 200 && w->parsed.status != 101)
		return 1;	/* an interim response: the request stays outstanding */
	pop_request(c);
	if (w->measured.wants & TIMING_CPU)
		end_serving(w, c, d);
	d->open = 1;
	if (request & OUTSTANDING_SILENT)
		return 1;
	d->silent = 0;
	judge_response(w, c, request);
	if (request & OUTSTANDING_AGGREGATED) {
		w->judgement.aggregate = 1;
		w->judgement.timings = 0;
	}
	return 1;
}

#endif
