/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the parts of the host test share: a fresh start, what was sent as text, and whether the counters add up. */
#ifndef MASTHEAD_CHECK_H
#define MASTHEAD_CHECK_H

#include "engine.h"
#include "cases.h"
#include "render.h"
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))
static struct rendering rendering;
static char text[1 << 20];
static int passed, failed;

static void check(int holds, const char *what, const char *detail)
{
	if (holds) {
		passed++;
		return;
	}
	failed++;
	if (failed < 20)
		printf("FAILED: %s %s\n%s\n", what, detail, text);
}

static void start(void)
{
	host_reset();
	set_tables_for_tests(set_on_host);
}

static const char *answer(int with_heads)
{
	render(&rendering, host.sent, host.sent_bytes);
	print_rendering(&rendering, text, sizeof(text), with_heads);
	return text;
}

/* captured = request records + losses, whatever is full. */
static int balances(void)
{
	__u64 lost = 0;
	__u64 requests = 0;

	for (int i = COUNTER_LOST_RING; i <= COUNTER_LOST_CALLS; i++)
		lost += counted(i);
	render(&rendering, host.sent, host.sent_bytes);
	for (int i = 0; i < rendering.lines; i++)
		requests += !rendering.line[i].response;
	return counted(COUNTER_CAPTURED) == requests + lost;
}

#endif
