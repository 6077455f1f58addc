/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Outstanding requests of a connection, oldest first: what a response has to know of the request that it answers. */
#ifndef MASTHEAD_QUEUE_H
#define MASTHEAD_QUEUE_H

#include "connection.h"

#define NO_REQUEST 0xffffffffU

static __always_inline struct direction *responses_of(struct connection *c)
{
	return &c->directions[c->role == ROLE_SERVER ? WRITE : READ];
}

/* Every response that there was has been seen. */
static __always_inline int responses_in_place(struct connection *c)
{
	const struct direction *d = responses_of(c);

	return !d->missed && d->state < STATE_RESYNC;
}

/* A new request's exchange number; *fits says whether it can be followed to its response. */
static __always_inline __u32 push_request(struct connection *c, __u32 entry, int *fits)
{
	__u32 exchange = c->next_request++, outstanding = exchange - c->next_response;

	if (outstanding && responses_in_place(c))
		c->pipelined = 1;
	*fits = !c->overflow && outstanding < PIPELINE_MAX;
	if (*fits) {
		c->outstanding[exchange & (PIPELINE_MAX - 1)] = entry;
		return exchange;
	}
	if (!c->overflow)
		c->overflow_from = exchange;
	c->overflow++;
	return exchange;
}

/* The oldest outstanding request; NO_REQUEST where there is none. Its exchange number is next_response. */
static __always_inline __u32 oldest_request(const struct connection *c)
{
	if (c->next_request == c->next_response)
		return NO_REQUEST;
	if (c->overflow && c->next_response - c->overflow_from < c->overflow)
		return OUTSTANDING_SILENT;
	return c->outstanding[c->next_response & (PIPELINE_MAX - 1)];
}

static __always_inline void pop_request(struct connection *c)
{
	if (c->overflow && c->next_response == c->overflow_from) {
		c->overflow_from++;
		c->overflow--;
	}
	if (c->certain)
		c->certain--;
	c->next_response++;
}

/* A request may have been missed: which answer belongs to one that comes after it? */
static __always_inline void doubt_requests(struct connection *c)
{
	__u32 outstanding = c->next_request - c->next_response;

	if (!c->unseen_requests)
		c->certain = outstanding > 255 ? 255 : outstanding;
	c->unseen_requests = 1;
}

/* The record of a request was lost: its response is consumed in silence. */
static __always_inline void silence_request(struct connection *c, __u32 exchange)
{
	if (c->next_request - exchange <= PIPELINE_MAX)
		c->outstanding[exchange & (PIPELINE_MAX - 1)] |= OUTSTANDING_SILENT;
}

#endif
