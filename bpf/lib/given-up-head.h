/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What becomes of bytes that begin no head, and of a head that cannot be read or kept. */
#ifndef MASTHEAD_GIVEN_UP_HEAD_H
#define MASTHEAD_GIVEN_UP_HEAD_H

#include "head-bytes.h"
#include "message.h"
#include "start-line.h"
#include "../maps/state.h"

/* A connection that has spoken no HTTP so far. After some calls it is left alone. */
static __always_inline void count_strange_call(struct connection *c)
{
	if (c->directions[READ].in_step || c->directions[WRITE].in_step)
		return;
	if (c->patience > 1) {
		c->patience--;
		return;
	}
	enter(&c->directions[READ], STATE_IGNORE);
	enter(&c->directions[WRITE], STATE_IGNORE);
}

static __always_inline void count_http2(const struct connection *c)
{
	__u32 id = c->key.process;
	struct process *process = bpf_map_lookup_elem(&processes, &id);

	count(COUNTER_HTTP2);
	if (process)
		add_atomically(&process->http2, 1);
}

/* These bytes begin no head. The rest of the call is not looked at. */
verified_alone int not_a_head(struct work *w, struct connection *c)
{
	struct direction *d;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	if (is_http2_preface(w)) {
		count_http2(c);
		serve_unfollowed(w);
		enter(&c->directions[READ], STATE_IGNORE);
		enter(&c->directions[WRITE], STATE_IGNORE);
	} else if (d->state != STATE_RESYNC) {
		lose_place(w, c);
		if (!d->in_step && !c->not_http && !c->lost) {
			c->not_http = 1;
			count(COUNTER_NOT_HTTP);
		}
	}
	count_strange_call(c);
	skip_call(w);
	drop_head(w);
	return 0;
}

/* Bytes of a head that cannot be read or kept: a request among them is counted, its answer will be consumed. */
verified_alone int give_up_head(struct work *w, struct connection *c, __u32 lost_to)
{
	struct direction *d;
	int kind, requests;

	if (!w || !c)
		return 0;
	d = direction_of(w, c);
	kind = w->head.used ? start_kind(w) : START_BAD;
	requests = c->role == ROLE_SERVER ? w->direction == READ : c->role && w->direction == WRITE;
	/* Not a byte of it (GnuTLS is asked for the same again by NULL). What a program throws away itself it takes for no request. */
	if (!w->head.used && requests && d->state == STATE_HEAD && !w->discarded)
		kind = START_MORE;
	w->parsed.method_class = 0;
	if (w->head.checked)
		parse_start_line(w);
	if (kind == START_REQUEST || (kind == START_MORE && requests)) {
		if (d->counted_here)
			lose_exchange(c, d->exchange);
		d->counted_here = 0;
		admit_request(w, c, lost_to);
		d->open = 0;
	} else if (d->state != STATE_RESYNC && oldest_request(c) != NO_REQUEST && (kind == START_RESPONSE || (c->role && !requests))) {
		lose_exchange(c, c->next_response);
		pop_request(c);
		count(COUNTER_RECORDS_DROPPED);
	}
	return 0;
}

#endif
