/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A connection is one program run's at a time; another one waits, for a little. */
#ifndef MASTHEAD_CLAIM_H
#define MASTHEAD_CLAIM_H

#include "connection.h"

#define CLAIM_TRIES 4096	/* some 20 µs; a run holds a connection for one or two */

struct claim {
	struct connection *connection;
	int succeeded;
};

static long try_claim(__u32 index, struct claim *claim)
{
	struct connection *c = claim->connection;

	(void)index;
	if (*(volatile __u32 *)&c->busy || compare_and_swap(&c->busy, 0, 1))
		return 0;
	claim->succeeded = 1;
	return 1;
}

/* Another run holds the connection: programs read and write it on two threads at once. 0: it is held for long. */
verified_alone int wait_for(struct connection *c)
{
	struct claim claim = { .connection = c };

	if (c)
		bpf_loop(CLAIM_TRIES, try_claim, &claim, 0);
	return claim.succeeded;
}

#endif
