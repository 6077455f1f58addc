/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The parser over given bytes, for tests. Never attached to anything. */
#ifndef MASTHEAD_PROBES_PARSE_TEST_H
#define MASTHEAD_PROBES_PARSE_TEST_H

#include "target.h"
#include "../include/parse-test.h"

SEC("syscall")
int parse_test(struct parse_test *test)
{
	struct connection_key key = { .ssl = test->ssl, .process = test->process };
	__u32 close = test->close;
	struct connection *c;
	struct out *o = 0;
	struct work *w = claim_work(&o);

	if (!w || !o)
		return -1;
	w->user = test->buffer;
	w->size = test->size;
	w->earlier = w->left = w->messages_left = w->discarded = 0;
	w->patience = PATIENCE;
	w->direction = test->direction & 1;
	w->begun_ns = w->direction == WRITE ? test->time_ns : 0;
	w->at_once = 0;
	w->call_ns = test->time_ns;
	w->process = test->process;
	w->executable.device = test->device;
	w->executable.inode = test->inode;
	w->source = SOURCE_OPENSSL;
	w->socket.family = 0;
	if (w->size)
		observe(w, o, &key, find_connection(&key));
	release(&w->busy);
	c = close ? find_connection(&key) : 0;
	if (c)
		end_connection(c, &key, close);
	return 0;
}

#endif
