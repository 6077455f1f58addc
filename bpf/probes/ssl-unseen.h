/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Connections of which something is to be remembered before a byte of them is seen. */
#ifndef MASTHEAD_PROBES_SSL_UNSEEN_H
#define MASTHEAD_PROBES_SSL_UNSEEN_H

#include "target.h"

/* The connection is there from now on, where there is room, and a policy asks about its process. */
verified_alone int ensure_connection(__u64 ssl, __u32 process, __u32 source)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c = find_connection(&key);
	struct out *o = 0;
	struct work *w;

	if (c || !is_wanted(process))
		return 0;
	w = claim_work(&o);
	if (!w)
		return 0;
	w->source = source;
	w->patience = PATIENCE;
	c = new_connection(w, &key);
	if (c)
		release(&c->busy);
	release(&w->busy);
	return 0;
}

/*
 * No room to note a read, so its return will not be seen. Whether a request was in it shows when a response comes that
 * answers none: it is counted then. What a client missed is a response: its end of the connection says so.
 */
static __always_inline void note_unseen_read(__u64 ssl, __u32 process, __u32 source)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c;

	ensure_connection(ssl, process, source);
	c = find_connection(&key);
	if (!c)
		return;
	if (c->role != ROLE_CLIENT)
		c->unseen_reads = 1;
	c->directions[READ].missed = 1;
}

#endif
