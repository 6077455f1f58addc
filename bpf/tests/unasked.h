/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Connections that no policy asks about are passed from their second request on, and followed again once one may ask. */
#ifndef MASTHEAD_TESTS_UNASKED_H
#define MASTHEAD_TESTS_UNASKED_H

#include "bounds.h"

/* Tables in slot 1, in force: of the server's side only, or of both. */
static void govern(__u32 generation, __u64 client)
{
	struct slot_config config = config_for_tests(generation);
	__u32 one = 1;

	config.client = client;
	bpf_map_update_elem(&slots, &one, &config, BPF_ANY);
	set_rule(set_on_host, 1, "x-keep", (struct header_rule){ .response.keep = 1, .id = 1, .keep_length = 9 });
	active = (struct active_tables){ generation, 1 };
}

static void start_governed(__u64 client)
{
	start();
	host.family = 2;
	govern(2, client);
}

/* As a client. */
static void ask_upstream(void)
{
	feed(1, WRITE, request, sizeof(request) - 1);
}

static void be_answered(void)
{
	feed(1, READ, OK_EMPTY, sizeof(OK_EMPTY) - 1);
}

static struct connection *the_connection(void)
{
	return find_connection(&(struct connection_key){ .ssl = 1, .process = 7 });
}

static int is_passed_now(void)
{
	return is_unasked(the_connection());
}

static void passed_and_followed_again(void)
{
	static const char end_of_body[] = "HTTP/1.1 is what this file is about\r\n\r\n";

	start_governed(0);
	ask_upstream();
	check(!is_passed_now(), "unasked", "the first exchange is followed");
	be_answered();
	ask_upstream();
	check(is_passed_now() && !counted(COUNTER_CAPTURED) && !host.sent_bytes, "unasked", "from the second request on it is passed");
	be_answered();
	for (int i = 0; i < 2 * PIPELINE_MAX; i++)
		ask_upstream();
	miss_call(1, 7, WRITE, (__u64)request, sizeof(request) - 1);
	check(!counted(COUNTER_CAPTURED) && !counted(COUNTER_LOST_SCRATCH), "unasked", "what found no room is no loss");
	check(is_passed_now() && !counted(COUNTER_LOST_PIPELINE) && !counted(COUNTER_RESYNC), "unasked", "nothing is remembered");
	govern(3, 0);
	check(!is_passed_now(), "unasked", "tables that ask about it no more than those before");
	be_answered();
	ask_upstream();
	be_answered();
	ask_upstream();
	check(is_passed_now() && !counted(COUNTER_CAPTURED), "unasked", "are judged once");
	govern(4, 1);
	feed(1, READ, end_of_body, sizeof(end_of_body) - 1);
	ask_upstream();
	be_answered();
	ask_upstream();
	be_answered();
	answer(0);
	check(rendering.lines == 4 && counted(COUNTER_CAPTURED) == 2 && balances(), "unasked", "asked about, each request is told");
	for (int i = 0; i < rendering.lines; i++) {
		int is_first = i < 2;

		check(rendering.line[i].flags == (RECORD_SOCKET | (is_first ? RECORD_GAP_BEFORE : 0)) && rendering.line[i].exchange == rendering.line[i & ~1].exchange,
		      "unasked", "with its answer, the first behind a gap");
	}
}

static void followed_until_told(void)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab";

	start_governed(1);
	ask_upstream();
	feed(1, READ, head, sizeof(head) - 1);
	govern(3, 0);
	feed(1, READ, "cd", 2);
	answer(0);
	check(rendering.lines == 2 && rendering.line[1].complete == 1, "unasked", "what was asked about is told to its end");
	ask_upstream();
	check(is_passed_now(), "unasked", "and what follows is passed");

	start_governed(1);
	ask_upstream();
	be_answered();
	ask_upstream();
	feed(1, READ, head, sizeof(head) - 1);
	govern(3, 0);
	ask_upstream();
	check(!is_passed_now(), "unasked", "nor while an answer that is asked about comes");
	feed(1, READ, "cd", 2);
	answer(0);
	check(rendering.lines == 4 && rendering.line[3].complete == 1, "unasked", "it is told to its end");

	start_governed(1);
	ask_upstream();
	be_answered();
	ask_upstream();
	govern(3, 0);
	ask_upstream();
	check(!is_passed_now(), "unasked", "nor while one is owed");
	be_answered();
	answer(0);
	check(rendering.lines == 4, "unasked", "it is told");
}

static void not_passed(void)
{
	static const char connect[] = "CONNECT host:443 HTTP/1.1\r\n\r\n";
	struct slot_config suspending = config_for_tests(3);
	struct executable_key key = { .slot = 1 };
	__u32 one = 1;
	__u8 yes = 1;

	start_governed(0);
	host.family = 0;
	for (int i = 0; i < 2; i++) {
		ask_upstream();
		be_answered();
	}
	check(!is_passed_now(), "unasked", "a port target may hold once its socket is known");

	start_governed(0);
	ask_upstream();
	be_answered();
	feed(1, WRITE, connect, sizeof(connect) - 1);
	be_answered();
	check(!is_passed_now() && the_connection()->directions[WRITE].state == STATE_TUNNEL, "unasked", "a tunnel is noticed");

	start_governed(0);
	host.wants = TIMING_CPU;
	ask_upstream();
	be_answered();
	ask_upstream();
	check(!is_passed_now(), "unasked", "CPU time may be asked for");

	start_governed(0);
	ask_upstream();
	ask_upstream();
	be_answered();
	be_answered();
	ask_upstream();
	check(!is_passed_now(), "unasked", "one that was pipelined would pair nothing behind a gap");

	start_governed(1);
	ask_upstream();
	be_answered();
	suspending.suspended = 1;
	bpf_map_update_elem(&slots, &one, &suspending, BPF_ANY);
	bpf_map_update_elem(&suspended_executables, &key, &yes, BPF_ANY);
	active.generation = 3;
	for (int i = 0; i < 2; i++) {
		ask_upstream();
		be_answered();
	}
	check(!is_passed_now(), "unasked", "what is suspended stays in step");
}

static void unasked(void)
{
	text[0] = 0;
	passed_and_followed_again();
	followed_until_told();
	not_passed();
}

#endif
