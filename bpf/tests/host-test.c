// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* make test. With PRINT=1 the answers are printed, for reading before they go into cases.h. */
#include "engine.h"
#include "../probes/call-table.h"
#include "cases.h"
#include "render.h"
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))
#define SIP_CHECK 64
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

/* The case with step `which` cut in two at `at`, or every step cut into pieces of `every`. */
static void play(const struct test_case *c, int which, int at, int every)
{
	start();
	for (int i = 0; i < COUNT(c->steps) && c->steps[i].bytes; i++) {
		const struct case_step *s = &c->steps[i];
		int done = 0;

		while (done < s->size) {
			int take = s->size - done;

			if (every && take > every)
				take = every;
			else if (i == which && done < at && take > at)
				take = at;
			feed(1, s->direction, s->bytes + done, take);
			done += take;
		}
	}
	hang_up(1);
}

static void run_case(const struct test_case *c)
{
	char detail[200];

	play(c, -1, 0, 0);
	answer(0);
	if (getenv("PRINT")) {
		printf("== %s\n%s\n", c->name, text);
		return;
	}
	check(!strcmp(text, c->answer), c->name, "whole");
	check(!work_areas_hold_bytes(), c->name, "left raw bytes behind");
	for (int every = 1; every < 8 && !c->whole_only; every++) {
		play(c, -1, 0, every);
		sprintf(detail, "in pieces of %d", every);
		check(!strcmp(answer(0), c->answer), c->name, detail);
		check(!work_areas_hold_bytes(), c->name, "left raw bytes behind");
	}
	for (int i = 0; i < COUNT(c->steps) && c->steps[i].bytes && !c->whole_only; i++)
		for (int at = 1; at < c->steps[i].size; at++) {
			play(c, i, at, 0);
			sprintf(detail, "step %d split at %d", i, at);
			check(!strcmp(answer(0), c->answer), c->name, detail);
		}
}

static void fingerprints(void)
{
	struct sip_state s;
	__u64 out[2];
	static const __u8 empty[16] = { 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93 };
	static const __u8 one[16] = { 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45 };

	sip_begin(&s, 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
	sip_end(&s, 0, 0, out);
	check(!memcmp(out, empty, 16), "SipHash-2-4-128", "of nothing");
	sip_begin(&s, 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
	sip_end(&s, 0, 1, out);
	check(!memcmp(out, one, 16), "SipHash-2-4-128", "of one zero byte");
}

static void words(void)
{
	for (int b = 0; b < 256; b++) {
		__u64 word = EACH_BYTE * b, lower = EACH_BYTE * lower_byte(b);

		check(lower_word(word) == lower, "lower_word", "");
		for (int c = 0; c < 256; c++)
			check(equal_bytes(EACH_BYTE * b ^ ((__u64)(b ^ c) << 24), c) == (b == c ? HIGH_BITS : 0x80000000ULL),
			      "equal_bytes", "");
		check(is_token_byte(b) == (b > 32 && b < 127 && !strchr("\"(),/:;<=>?@[\\]{}", b)), "is_token_byte", "");
	}
	/* the same bit as packages/agent/src/capture/policy-tables.test.ts expects */
	check(name_bit(load_word((const __u8 *)"authoriz"), 13) == 1ULL << 56, "name_bit", "");
	for (int i = 0; i < 64; i++)
		check(lowest_bit(~0ULL << i) == (__u32)i && lowest_bit(1ULL << i) == (__u32)i, "lowest_bit", "");
}

static const char request[] = "GET /r HTTP/1.1\r\nX-Keep: v\r\n\r\n";

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

static void bounds(void)
{
	static char big[64 << 10];
	int n;

	start();	/* the ring is full for one request: its response is consumed in silence */
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	host.ring_full = 1;
	feed(1, READ, request, sizeof(request) - 1);
	host.ring_full = 0;
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_LOST_RING) == 1 && counted(COUNTER_CAPTURED) == 3 && rendering.lines == 4 && balances(), "ring full", "");

	start();	/* more requests outstanding than are followed */
	for (int i = 0; i < 40; i++)
		feed(1, READ, request, sizeof(request) - 1);
	for (int i = 0; i < 40; i++)
		feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_LOST_PIPELINE) == 8 && rendering.lines == 66 && balances() && rendering.line[65].exchange == 40,
	      "pipeline", "");

	start();	/* no room to assemble */
	host.limited_map = &assemblies;
	host.limit = 1;
	feed(1, READ, request, 10);
	feed(2, READ, request, 20);
	feed(2, READ, request + 20, sizeof(request) - 1 - 20);
	feed(2, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(2, READ, request, sizeof(request) - 1);
	feed(2, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request + 10, sizeof(request) - 1 - 10);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_LOST_ASSEMBLY) == 1 && counted(COUNTER_CAPTURED) == 3 && rendering.lines == 4 && balances(), "assembly full", text);

	start();	/* no room for another connection */
	host.limited_map = &connections;
	host.limit = 1;
	for (int i = 0; i < 3; i++) {
		feed(1, READ, request, sizeof(request) - 1);
		feed(2, READ, request, sizeof(request) - 1);
		feed(2, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	}
	feed(3, READ, request, 20);
	feed(3, READ, request + 20, sizeof(request) - 1 - 20);
	check(counted(COUNTER_LOST_CONNECTIONS) == 4 && counted(COUNTER_CAPTURED) == 7 && balances(), "connections full", "");

	start();	/* memory that cannot be read */
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request, 10);
	host.unreadable = 1;
	feed(1, READ, request + 10, sizeof(request) - 1 - 10);
	host.unreadable = 0;
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_LOST_READ) == 1 && counted(COUNTER_CAPTURED) == 3 && rendering.lines == 4 && balances(), "unreadable", "");

	start();	/* a call that was not noted: the response tells of its request */
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	((struct connection *)bpf_map_lookup_elem(&connections, (&(struct connection_key){ .ssl = 1, .process = 7 })))->unseen_reads = 1;
	((struct connection *)bpf_map_lookup_elem(&connections, (&(struct connection_key){ .ssl = 1, .process = 7 })))->directions[READ].missed = 1;
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_LOST_CALLS) == 1 && counted(COUNTER_CAPTURED) == 3 && rendering.lines == 4 && balances(), "calls full", "");

	start();	/* no work area */
	for (__u32 i = 0; i < WORK_AREAS; i++)
		((struct work *)bpf_map_lookup_elem(&work_areas, &i))->busy = 1;
	feed(1, READ, request, sizeof(request) - 1);
	check(counted(COUNTER_LOST_SCRATCH) == 1 && balances(), "work areas", "");

	for (int size = 15000; size < 18000; size += 250)	/* heads around the bound, whole and in pieces */
		for (int every = 0; every < 3; every++) {
			static const int pieces[] = { 1 << 20, 4096, 777 };

			start();
			n = sprintf(big, "POST /big HTTP/1.1\r\nX-Keep: v\r\nContent-Length: 3\r\nX-Long: ");
			memset(big + n, 'a', size - n);
			n = size + sprintf(big + size, "\r\nX-Keep: late\r\n\r\nabcGET /after HTTP/1.1\r\n\r\n");
			for (int at = 0; at < n; at += pieces[every])
				feed(1, READ, big + at, n - at < pieces[every] ? n - at : pieces[every]);
			answer(0);
			check(rendering.lines == 2 && rendering.line[0].complete == 1 && rendering.line[0].bytes == (__u64)(n - 23) &&
			      strstr(text, "/after") && (counted(COUNTER_TRUNCATED_HEADS) == 1) == (size > 16384 - 18) &&
			      !(rendering.line[0].flags & RECORD_TRUNCATED) == !counted(COUNTER_TRUNCATED_HEADS) &&
			      !work_areas_hold_bytes(), "long head", "");
		}

	for (int lines = 250; lines < 262; lines++) {	/* lines around the bound */
		start();
		n = sprintf(big, "GET /lines HTTP/1.1\r\n");
		for (int i = 1; i < lines; i++)
			n += sprintf(big + n, "X-Keep: %d\r\n", i);
		n += sprintf(big + n, "\r\n");
		feed(1, READ, big, n);
		feed(1, READ, request, sizeof(request) - 1);
		answer(0);
		check(rendering.lines == 2 && counted(COUNTER_TRUNCATED_HEADS) == (lines >= 256) && balances() && rendering.line[0].bytes == (__u64)n, "many lines", "");
	}

	start();	/* thousands of chunks in one call */
	n = sprintf(big, "POST /chunks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 5000; i++)
		n += sprintf(big + n, "1\r\nx\r\n");
	n += sprintf(big + n, "0\r\n\r\nGET /after HTTP/1.1\r\n\r\n");
	feed(1, READ, big, n);
	answer(0);
	check(rendering.lines == 2 && !counted(COUNTER_RESYNC), "many chunks", "");

	start();	/* many heads in one call */
	for (n = 0; n < 60000; )
		n += sprintf(big + n, "GET /p HTTP/1.1\r\n\r\n");
	feed(1, WRITE, big, n);
	check(counted(COUNTER_CAPTURED) == (__u64)n / 19 && balances(), "many heads", "");
}

static void policies(void)
{
	struct active_tables second = { 2, 1 }, none = { 0, 0 };
	struct slot_config config = { .generation = 2, .any_executable = 1, .any_port = 1, .server = 1, .client = 1,
				      .request_names = ~0ULL, .response_names = ~0ULL, .unbudgeted = ~0ULL };
	__u32 zero = 0, one = 1;
	static const char response[] = "HTTP/1.1 200 OK\r\nX-Keep: v\r\nX-Print: v\r\nContent-Length: 0\r\n\r\n";

	start();	/* tightened while a response is awaited: only what both allow leaves */
	bpf_map_update_elem(&slots, &one, &config, BPF_ANY);
	set_rule(set_on_host, 1, "x-keep", (struct header_rule){ .response = { 0, 0, 1, 1 }, .id = 9 });
	set_rule(set_on_host, 1, "x-print", (struct header_rule){ .response = { 1, 0, 1, 0 }, .id = 8, .keep_length = 9 });
	feed(1, READ, request, sizeof(request) - 1);
	bpf_map_update_elem(&active, &zero, &second, BPF_ANY);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(strstr(text, "<0 200 [4 f 1/1 s0 ") && !strstr(rendering.line[1].rest, "[1 ") &&
	      rendering.line[1].flags == RECORD_POLICY_CHANGED, "policy changed", "");
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(rendering.line[3].flags == 0 && strstr(rendering.line[3].rest, "[8 k"), "policy loosened", "");

	start();	/* the request's slot was filled anew: nothing leaves */
	feed(1, READ, request, sizeof(request) - 1);
	config.generation = 9;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(!strcmp(rendering.line[1].rest, "200") && rendering.line[1].flags == RECORD_POLICY_CHANGED, "slot reused", "");

	start();	/* deny by default */
	bpf_map_update_elem(&active, &zero, &none, BPF_ANY);
	feed(1, READ, request, sizeof(request) - 1);
	check(!counted(COUNTER_CAPTURED) && !host.sent_bytes, "no policy", "");
}

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

	start();	/* the sum of those that may govern */
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
	struct slot_config config = { .generation = 2, .suspended = 1, .any_executable = 1, .any_port = 1, .server = 1, .client = 1,
				      .request_names = ~0ULL, .response_names = ~0ULL, .unbudgeted = ~0ULL };
	struct executable_key key = { .slot = 1 };	/* feed() says of no executable what it is */
	struct active_tables second = { 2, 1 }, first = { 1, 0 };
	__u32 zero = 0, one = 1;
	__u8 yes = 1;
	static const char response[] = "HTTP/1.1 200 OK\r\nX-Keep: v\r\nContent-Length: 0\r\n\r\n";

	start();
	bpf_map_update_elem(&slots, &one, &config, BPF_ANY);
	bpf_map_update_elem(&suspended_executables, &key, &yes, BPF_ANY);
	set_rule(set_on_host, 1, "x-keep", (struct header_rule){ .response.keep = 1, .id = 1, .keep_length = 9 });
	feed(1, READ, request, sizeof(request) - 1);
	bpf_map_update_elem(&active, &zero, &second, BPF_ANY);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(rendering.lines == 2 && strstr(rendering.line[1].rest, "[1 k"), "suspended", "what began before is whole");
	feed(1, READ, request, sizeof(request) - 1);
	bpf_map_update_elem(&active, &zero, &first, BPF_ANY);
	feed(1, WRITE, response, sizeof(response) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(rendering.lines == 4 && counted(COUNTER_CAPTURED) == 2 && !counted(COUNTER_RESYNC), "suspended", "and back, in step");
}

static struct call *note(__u64 stack, __u32 process, int *taken_over)
{
	__u32 place;
	struct call *call = claim_call(stack, process, &place);

	*taken_over = call && call->state == CALL_NOTED;
	if (!call)
		return 0;
	call->stack = stack;
	call->process = process;
	compare_and_swap(&call->state, CALL_CLAIMED, CALL_NOTED);
	return call;
}

static void call_table(void)
{
	__u32 entries = entries_of(&calls), last = entries - 1;
	__u64 stacks[CALL_PLACES + 1];
	struct call *noted[CALL_PLACES];
	struct sweep sweep = { .process = 7 };
	int n = 0, over = 0, found = 1;

	for (__u64 stack = 8; n <= CALL_PLACES; stack += 16)	/* all of them want the table's last place */
		if (first_place(stack, 7, entries) == last)
			stacks[n++] = stack;
	start();
	check(!find_call(stacks[0], 7), "no call", "");
	for (int i = 0; i < CALL_PLACES; i++) {
		noted[i] = note(stacks[i], 7, &over);
		check(noted[i] && !over, "call noted", "");
	}
	for (int i = 0; i < CALL_PLACES; i++)
		found &= find_call(stacks[i], 7) == noted[i] && !find_call(stacks[i], 8);
	check(found && noted[1] < noted[0], "calls found, behind the end too", "");
	check(!note(stacks[CALL_PLACES], 7, &over) && !over, "no room for a call", "");
	check(note(stacks[3], 7, &over) == noted[3] && over, "a call left over is taken over", "");
	release(&noted[3]->state);
	check(!find_call(stacks[3], 7) && note(stacks[CALL_PLACES], 7, &over) == noted[3] && !over, "a freed place is used", "");
	check(find_call(stacks[5], 7) == noted[5], "found behind a freed place", "");
	sweep.process = 8;
	bpf_for_each_map_elem(&calls, sweep_call, &sweep, 0);
	check(find_call(stacks[5], 7) == noted[5], "another process ends", "");
	sweep.process = 7;
	bpf_for_each_map_elem(&calls, sweep_call, &sweep, 0);
	found = 0;
	for (int i = 0; i <= CALL_PLACES; i++)
		found |= find_call(stacks[i], 7) != 0;
	check(!found, "the process ends", "");
}

int main(void)
{
	fingerprints();
	words();
	for (int i = 0; i < COUNT(cases); i++)
		run_case(&cases[i]);
	if (getenv("PRINT"))
		return 0;
	bounds();
	policies();
	budgets();
	suspensions();
	call_table();
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
