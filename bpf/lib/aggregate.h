/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Exchanges that are counted and not sent (include/aggregate.h). The request's record is built as any other and becomes an
 * entry of `open_exchanges`, since its answer may come hours after its series was taken away; where both have ended it is
 * added to its series. What finds no room is sent instead: as records, or as a series of one. So nothing is lost here but
 * what cannot be paired, and that has a counter.
 */
#ifndef MASTHEAD_LIB_AGGREGATE_H
#define MASTHEAD_LIB_AGGREGATE_H

#include "judge.h"
#include "series.h"
#include "series-book.h"

/* Do all policies aggregate that may govern a request with these items? */
static __always_inline int is_aggregated(struct judgement *j, const struct slot_config *config, const __u32 *slot)
{
	struct aggregate_slot *a = bpf_map_lookup_elem(&aggregate_slots, slot);
	__u64 items;

	if (!a || !a->items)
		return 0;
	items = items_that_govern(config, j->items);
	j->whole_path = (items & a->whole_paths) != 0;
	return items && !(items & ~a->items);
}

static __always_inline struct open_exchange *open_exchange_of(const struct connection *c, __u32 exchange)
{
	struct open_key key = { .connection = c->id, .exchange = exchange };

	return bpf_map_lookup_elem(&open_exchanges, &key);
}

static __always_inline void close_exchange(const struct connection *c, __u32 exchange)
{
	struct open_key key = { .connection = c->id, .exchange = exchange };

	bpf_map_delete_elem(&open_exchanges, &key);
}

/* Nobody can say any more which response was its. */
verified_alone int lose_exchange(struct connection *c, __u32 exchange)
{
	if (!c || !c->aggregates || !open_exchange_of(c, exchange))
		return 0;
	close_exchange(c, exchange);
	count(COUNTER_LOST_AGGREGATE);
	return 0;
}

struct exchange_range {
	struct connection *c;
	__u32 from;
	__u32 reserved;
	__u64 now_ns;
};

static long lose_step(__u32 index, struct exchange_range *range)
{
	lose_exchange(range->c, range->from + index);
	return 0;
}

/* The same of all that were outstanding when the next response was this one's, and of the one before it. */
verified_alone int lose_exchanges(struct connection *c, __u32 next_response)
{
	struct exchange_range range = { .c = c, .from = next_response - 1 };

	if (!c || !c->aggregates)
		return 0;
	bpf_loop(c->next_request - range.from, lose_step, &range, 0);
	return 0;
}

/* The message of this direction that is counted has ended. */
verified_alone int end_counted(struct connection *c, __u32 direction, __u64 now_ns)
{
	struct open_exchange *open;
	struct direction *d;

	if (!c)
		return 0;
	d = &c->directions[direction & 1];
	open = open_exchange_of(c, d->exchange);
	if (!open)
		return 0;
	if (d->response) {
		open->response_done = 1;
		open->series.response_bytes = d->bytes;
	} else {
		open->request_done = 1;
		open->series.request_bytes = d->bytes;
	}
	if (open->request_done && open->response_done) {
		book_exchange(open, now_ns);
		close_exchange(c, d->exchange);
	}
	return 0;
}

/*
 * Another head begins where the message before has not ended: the direction lost its place in it. A request without its end
 * is a request all the same; when a response ended is not known.
 */
verified_alone int interrupt_counted(struct work *w, struct connection *c)
{
	struct open_exchange *open;
	struct direction *d;

	if (!w || !c)
		return 0;
	d = &c->directions[w->direction & 1];
	if (!d->open || !d->counted_here)
		return 0;
	d->counted_here = 0;
	if (d->response) {
		lose_exchange(c, d->exchange);
		return 0;
	}
	open = open_exchange_of(c, d->exchange);
	if (!open)
		return 0;
	d->bytes = open->series.request_bytes;
	end_counted(c, w->direction, w->now_ns);
	return 0;
}

/* The record of a request, in `o`, becomes an open exchange. 0: it is to be sent. */
static __always_inline int open_counted(struct work *w, struct out *o, struct connection *c, struct direction *d)
{
	struct open_key key = { .connection = c->id, .exchange = d->exchange };
	struct aggregate_area *area = area_of(w);

	if ((__s32)(d->exchange - c->next_response) < 0)	/* it was answered before it was there: see take_early_response */
		return 0;
	if (!area || !make_series(w, o, area))
		return 0;
	area->open.series.request_bytes = d->bytes;
	if (bpf_map_update_elem(&open_exchanges, &key, &area->open, BPF_ANY))
		return 0;
	c->outstanding[d->exchange & (PIPELINE_MAX - 1)] |= OUTSTANDING_AGGREGATED;
	c->aggregates = 1;
	return 1;
}

/* What the record of a response says of the exchange that it ends. */
static __always_inline void answer_counted(struct work *w, struct out *o, struct connection *c, struct direction *d)
{
	struct open_exchange *open = open_exchange_of(c, d->exchange);
	struct aggregate_area *area = area_of(w);

	if (!open)
		return;
	open->series.status = w->parsed.status;
	open->series.response_bytes = d->bytes;
	if (w->parsed.status == 101)	/* the connection speaks something else from here on */
		open->request_done = 1;
	if (area && MESSAGE(o)->elements)
		add_numbers(w, o, area, &open->series);
}

/* The fields of a head are read that is to be counted: its record is complete, and goes no further than this. */
verified_alone int count_head(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d;

	if (!w || !o || !c)
		return 0;
	d = &c->directions[w->direction & 1];
	if (d->response) {
		answer_counted(w, o, c, d);
	} else if (!open_counted(w, o, c, d)) {
		c->reported = 1;
		return 0;
	}
	o->pending = 0;
	d->counted_here = 1;
	return 0;
}

static long settle_step(__u32 index, struct exchange_range *range)
{
	struct connection *c = range->c;
	__u32 exchange = range->from + index, reads = c->role == ROLE_SERVER ? READ : WRITE;
	struct direction *requests = &c->directions[reads & 1], *responses = &c->directions[(reads & 1) ^ 1];
	struct open_exchange *open = open_exchange_of(c, exchange);
	int responding, unanswered;

	if (!open)
		return 0;
	responding = open->series.status && responses->open && !responses->missed && responses->exchange == exchange;
	/* as send_connection_end has it: after a call that was not seen nobody knows which responses came */
	unanswered = !open->series.status && !responses->missed && responses->state < STATE_RESYNC;
	if (!open->request_done && requests->open && requests->exchange == exchange)
		open->series.request_bytes = requests->bytes;
	if (responding && !open->response_done)
		open->series.response_bytes = responses->bytes;
	if (!open->response_done && !responding && !unanswered) {
		lose_exchange(c, exchange);
		return 0;
	}
	book_exchange(open, range->now_ns);
	close_exchange(c, exchange);
	return 0;
}

/* The connection ends: so do its exchanges. */
verified_alone int settle_counted(struct connection *c)
{
	struct exchange_range range = { .c = c };

	if (!c || !c->aggregates)
		return 0;
	range.from = c->next_response - 1;
	range.now_ns = bpf_ktime_get_ns();
	bpf_loop(c->next_request - range.from, settle_step, &range, 0);
	return 0;
}

#endif
