/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A response that comes when other tables are in force than at its request: of the same policies, or of others. */
#ifndef MASTHEAD_TESTS_RENEWED_H
#define MASTHEAD_TESTS_RENEWED_H

#include "bounds.h"

static const char OK_KEPT[] = "HTTP/1.1 200 OK\r\nX-Keep: yes\r\nContent-Length: 0\r\n\r\n";

/* Tables in slot 1 of a second generation, which ask nothing, and the answer to a request that the first one governs. @returns the answer's flags, and `text` with it */
static int answered_under(__u32 set)
{
	struct slot_config config = config_for_tests(2);
	__u32 one = 1;

	start();
	feed(1, READ, request, sizeof(request) - 1);
	config.set = set;
	config.any_executable = 0;
	bpf_map_update_elem(&slots, &one, &config, BPF_ANY);
	active = (struct active_tables){ 2, 1 };
	feed(1, WRITE, OK_KEPT, sizeof(OK_KEPT) - 1);
	answer(0);
	return rendering.lines == 2 ? rendering.line[1].flags : -1;
}

/* The same, where the tables of that generation lie where those of the request did. */
static int answered_in_its_slot(__u32 set)
{
	struct slot_config config = config_for_tests(TABLE_SLOTS + 1);
	__u32 zero = 0;

	start();
	feed(1, READ, request, sizeof(request) - 1);
	config.set = set;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	active = (struct active_tables){ TABLE_SLOTS + 1, 0 };
	feed(1, WRITE, OK_KEPT, sizeof(OK_KEPT) - 1);
	answer(0);
	return rendering.lines == 2 ? rendering.line[1].flags : -1;
}

static void renewed(void)
{
	int flags = answered_under(1);

	check(flags == 0 && strstr(rendering.line[1].rest, "yes"), "the same policies", text);
	flags = answered_under(2);
	check(flags == RECORD_POLICY_CHANGED && !strstr(rendering.line[1].rest, "yes"), "other policies", text);
	flags = answered_in_its_slot(1);
	check(flags == 0 && strstr(rendering.line[1].rest, "yes"), "the same policies, in the request's slot", text);
	flags = answered_in_its_slot(2);
	check(flags == RECORD_POLICY_CHANGED && !strstr(rendering.line[1].rest, "yes"), "other policies, in the request's slot", text);
	start();
}

#endif
