/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Beyond a budget a request is counted only; of a suspended executable none is told, and its connections stay in step. */
#ifndef MASTHEAD_BUDGETS_H
#define MASTHEAD_BUDGETS_H

#include "bounds.h"

/* How many of `requests` on the connection are told in detail; each is answered, and all are captured. */
static __u64 told_in_detail(int requests)
{
	__u64 counted_before = counted(COUNTER_COUNTED_ONLY), captured_before = counted(COUNTER_CAPTURED);
	static const char response[] = "HTTP/1.1 200 OK\r\nX-Keep: v\r\nX-Print: v\r\nContent-Length: 0\r\n\r\n";

	for (int i = 0; i < requests; i++) {
		feed(1, READ, request, sizeof(request) - 1);
		feed(1, WRITE, response, sizeof(response) - 1);
	}
	check(counted(COUNTER_CAPTURED) - captured_before == (__u64)requests && balances(), "budget", "captures all");
	return requests - (counted(COUNTER_COUNTED_ONLY) - counted_before);
}

static void budgets(void)
{
	const __u64 hour = 3600ULL * 1000000000;
	struct budget_rate three = { hour, 3 * hour }, two = { hour, 2 * hour }, none = { 0, 0 };
	struct slot_config config = { .generation = 1, .any_executable = 7, .any_port = 7, .server = 7, .client = 7,
				      .query_names = 1, .request_names = ~0ULL, .response_names = ~0ULL,
				      .usage_request_names = ~0ULL, .unbudgeted = ~0ULL };
	__u32 zero = 0, one = 1, two_place = 2, in_detail = 0;
	__u64 full = 0;
	static const char head[] = "GET /r?q=1 HTTP/1.1\r\nX-Keep: v\r\nX-Print: v\r\nAuthorization: Bearer secret\r\n\r\n";

	start();	/* the host's: three in an hour, and usage knows of each */
	bpf_map_update_elem(&budget_rates, &zero, &three, BPF_ANY);
	check(told_in_detail(10) == 3, "budget", "of the host");
	answer(0);
	for (int i = 0; i < rendering.lines; i++)
		in_detail += !(rendering.line[i].flags & RECORD_COUNTED);
	check(rendering.lines == 20 && in_detail == 6, "budget", "marks request and response");
	bpf_map_update_elem(&budget_rates, &zero, &three, BPF_ANY);
	check(told_in_detail(5) == 0, "budget", "a new rate fills no bucket");
	host.now += hour;
	check(told_in_detail(5) == 1, "budget", "an hour later");
	host.now += 100 * hour;
	check(told_in_detail(5) == 3, "budget", "a bucket holds its burst");
	bpf_map_update_elem(&budget_rates, &zero, &none, BPF_ANY);
	check(told_in_detail(5) == 5, "budget", "none");

	start();	/* beyond it, what usage is made of and nothing else */
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	set_rule(set_on_host, 0, "x-keep", (struct header_rule){ .request.keep = 1, .response.keep = 1, .id = 1, .keep_length = 16,
								 .request_usage.keep = 1 });
	set_rule(set_on_host, 0, "authorization", (struct header_rule){ .request = { 1, 1, 1, 1 }, .id = 2, .keep_length = 99,
		 .has_scheme = 1, .floor = 1, .request_usage = { 1, 1 } });
	host.ring_waiting = 3u << 20;	/* of four megabytes: not more than three quarters */
	feed(1, READ, head, sizeof(head) - 1);
	host.ring_waiting++;
	feed(1, READ, head, sizeof(head) - 1);
	answer(0);
	check(strstr(rendering.line[0].rest, "q") && strstr(rendering.line[0].rest, "[4 f"), "budget", "in detail");
	check(!strstr(rendering.line[1].rest, "?q") && strstr(rendering.line[1].rest, "[1 k") && strstr(rendering.line[1].rest, "[2 f") &&
	      !strstr(rendering.line[1].rest, "[2 k") && !strstr(rendering.line[1].rest, "[2 m") && !strstr(rendering.line[1].rest, "[4 "),
	      "budget", "for usage");
	check(counted(COUNTER_COUNTED_ONLY) == 1, "budget", "of a filling ring");

	start();	/* policies': the first item's, where nothing is left to later ones */
	config.unbudgeted = ~1ULL;
	config.budget_stops = 1;
	config.budgets[0] = 1;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	bpf_map_update_elem(&budget_rates, &one, &three, BPF_ANY);
	check(told_in_detail(10) == 3, "budget", "of a policy");
	bpf_map_update_elem(&budget_states, &one, &full, BPF_ANY);
	config.budget_stops = 0;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	check(told_in_detail(10) == 10, "budget", "a later policy has none");

	start();	/* where the host has no token, a policy's is not taken */
	config.budget_stops = 1;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	bpf_map_update_elem(&budget_rates, &zero, &two, BPF_ANY);
	bpf_map_update_elem(&budget_rates, &one, &three, BPF_ANY);
	check(told_in_detail(10) == 2, "budget", "of the host, with a policy's");
	bpf_map_update_elem(&budget_rates, &zero, &none, BPF_ANY);
	check(told_in_detail(10) == 1, "budget", "what is left of the policy's");

	start();	/* the sum of those that may govern */
	config.budget_stops = 0;
	config.unbudgeted = ~3ULL;
	config.budget_stops = 2;
	config.budgets[1] = 2;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	bpf_map_update_elem(&budget_rates, &one, &three, BPF_ANY);
	bpf_map_update_elem(&budget_rates, &two_place, &two, BPF_ANY);
	check(told_in_detail(10) == 5, "budget", "of two policies");
}

static void suspensions(void)
{
	struct slot_config config = config_for_tests(2);
	struct executable_key key = { .slot = 1 };	/* feed() says of no executable what it is */
	struct active_tables second = { 2, 1 }, first = { 1, 0 };
	__u32 one = 1;
	__u8 yes = 1;
	static const char response[] = "HTTP/1.1 200 OK\r\nX-Keep: v\r\nContent-Length: 0\r\n\r\n";

	config.suspended = 1;
	start();
	bpf_map_update_elem(&slots, &one, &config, BPF_ANY);
	bpf_map_update_elem(&suspended_executables, &key, &yes, BPF_ANY);
	set_rule(set_on_host, 1, "x-keep", (struct header_rule){ .response.keep = 1, .id = 1, .keep_length = 9 });
	feed(1, READ, request, sizeof(request) - 1);
	active = second;
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(rendering.lines == 2 && strstr(rendering.line[1].rest, "[1 k"), "suspended", "what began before is whole");
	feed(1, READ, request, sizeof(request) - 1);
	active = first;
	feed(1, WRITE, response, sizeof(response) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(rendering.lines == 4 && counted(COUNTER_CAPTURED) == 2 && !counted(COUNTER_RESYNC), "suspended", "and back, in step");
}

#endif
