/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A policy that aggregates, and exchanges under it. */
#ifndef MASTHEAD_TESTS_COUNTING_H
#define MASTHEAD_TESTS_COUNTING_H

#include "drops.h"
#include "series-counts.h"

static __u64 request_bytes, response_bytes;	/* of exchange_of() since start_counting() */

static void start_counting(void)
{
	start();
	request_bytes = response_bytes = 0;
	set_counting_tables();
}

static int counts_balance(void)
{
	render(&rendering, host.sent, host.sent_bytes);
	return counts_add_up(&rendering);
}

static void say(int direction, const char *bytes)
{
	feed(1, direction, bytes, strlen(bytes));
}

static void exchange_of(const char *path, const char *number)
{
	char head[200];

	request_bytes += sprintf(head, "GET %s?q=1 HTTP/1.1\r\nX-Keep: acme\r\n\r\n", path);
	say(READ, head);
	response_bytes += sprintf(head, "HTTP/1.1 200 OK\r\nX-Keep: %s\r\nContent-Length: 2\r\n\r\nok", number);
	say(WRITE, head);
}

#endif
