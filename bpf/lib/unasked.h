/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Connections of a target that no policy asks about, by their port or role: those of a gateway with its upstreams, say, where the policy is about its
 * clients. The first exchange is followed, which tells who speaks what. From the second request on they are passed, and nothing of them
 * is remembered, until other tables may ask about them: then calls were missed.
 */
#ifndef MASTHEAD_UNASKED_H
#define MASTHEAD_UNASKED_H

#include "queue.h"
#include "work.h"
#include "../maps/policy.h"

/* Is it passed? Without items, what was judged by the tables of a generation stays so as long as they do. */
static __always_inline int is_unasked(const struct connection *c)
{
	return !c->items && c->items_generation && c->items_generation == active_now().generation;
}

/*
 * No item holds for a request on it: is what comes from now on passed? Not before what is open has been told to its end, nor where a port may be
 * asked about that is not known yet, a tunnel begins, or all that its thread reads says what CPU time is spent on. One that was pipelined would pair
 * nothing behind a gap. By itself, for its stack.
 */
verified_alone int is_left_unasked(const struct work *w, struct connection *c)
{
	const struct direction *responses;

	if (!w || !c)
		return 0;
	responses = responses_of(c);
	return c->next_request == c->next_response && responses->in_step && !responses->open && c->socket.family &&
	       !c->pipelined && !w->parsed.is_connect && !(w->measured.wants & TIMING_CPU);
}

/* It is looked at again, by other tables. */
static __always_inline void return_to_unasked(struct connection *c)
{
	if (c->items || !c->items_generation)
		return;
	c->items_generation = 0;
	c->next_response = c->next_request;
	c->overflow = c->early_responses = 0;
	c->certain = c->unseen_reads = 0;
	c->directions[READ].missed = c->directions[WRITE].missed = 1;
}

#endif
