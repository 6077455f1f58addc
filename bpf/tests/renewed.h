/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A response that comes when other tables are in force than at its request: of the same policies, or of others. */
#ifndef MASTHEAD_TESTS_RENEWED_H
#define MASTHEAD_TESTS_RENEWED_H

#include "bounds.h"

/* The answer to a request of the first generation, when these tables have come into force in this slot. @returns the answer's flags, and `text` with it */
static int answered_under(__u32 slot, struct slot_config config)
{
	static const char kept[] = "HTTP/1.1 200 OK\r\nX-Keep: yes\r\nContent-Length: 0\r\n\r\n";

	start();
	feed(1, READ, request, sizeof(request) - 1);
	bpf_map_update_elem(&slots, &slot, &config, BPF_ANY);
	active = (struct active_tables){ config.generation, slot };
	feed(1, WRITE, kept, sizeof(kept) - 1);
	answer(0);
	return rendering.lines == 2 ? rendering.line[1].flags : -1;
}

/* In a slot of their own tables ask nothing; where those of the request lay, after as many generations as there are slots, they ask what those did. */
static void renewed(void)
{
	struct slot_config next = config_for_tests(2), in_its_place = config_for_tests(TABLE_SLOTS + 1);
	int flags;

	next.any_executable = 0;
	next.set = in_its_place.set = 1;
	flags = answered_under(1, next);
	check(flags == 0 && strstr(rendering.line[1].rest, "yes"), "the same policies", text);
	flags = answered_under(0, in_its_place);
	check(flags == 0 && strstr(rendering.line[1].rest, "yes"), "the same policies, in the request's slot", text);
	next.set = in_its_place.set = 2;
	flags = answered_under(1, next);
	check(flags == RECORD_POLICY_CHANGED && !strstr(rendering.line[1].rest, "yes"), "other policies", text);
	flags = answered_under(0, in_its_place);
	check(flags == RECORD_POLICY_CHANGED && !strstr(rendering.line[1].rest, "yes"), "other policies, in the request's slot", text);
	start();
}

#endif
