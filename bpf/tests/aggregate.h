/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Exchanges that are counted: what is in the series, what is sent where there is no room, and that none is lost or counted twice. */
#ifndef MASTHEAD_TESTS_AGGREGATE_H
#define MASTHEAD_TESTS_AGGREGATE_H

#include "counting.h"

static void numbers_and_paths(void)
{
	static const char *const numbers[] = { "1.5", "-2", "1e3", "", ".5", "5.", "--1", "123456789012345", "1234567890123456", "0.000000001", "1.1234567891" };
	struct count_of total;
	struct record_message *shape;
	struct measure_sum *sum;

	start_counting();
	for (int i = 0; i < COUNT(numbers); i++)
		exchange_of(i & 1 ? "/v1/orders/17/items" : "/v1/orders/9f86d081-884c/items", numbers[i]);
	total = counts();
	sum = total.last.measures;
	check(total.series == 1 && total.requests == COUNT(numbers) && !total.errors && counts_balance() && !host.sent_bytes, "one series", "");
	check(sum->high * 1000000000 + sum->low == 123456789012345 + 1 - 2 + 1 && sum->fraction == 500000000 + 1 + 123456789 && total.last.measured == 1, "sums", "");
	shape = (void *)total.last.shape;
	check(shape->path_length == 18 && !memcmp(shape + 1, "GET/v1/orders/0/items", 21) && shape->elements == 1 && total.last.shape_bytes == shape->header.size &&
	      !memcmp((char *)(shape + 1) + 21 + sizeof(struct record_element), "acme", 4), "shape", "");
	check(total.last.request_bytes == request_bytes && total.last.response_bytes == response_bytes, "bytes", "");

	start_counting();
	((struct aggregate_slot *)bpf_map_lookup_elem(&aggregate_slots, (&(__u32){ 0 })))->whole_paths = 1;
	exchange_of("/v1/orders/17", "1");
	exchange_of("/v1/orders/18", "1");
	check(counts().series == 2 && counts_balance(), "whole paths", "");
}

/* What does not end as it should: pipelines, ends of connections, a connection that speaks something else. */
static void ends_of_counted(void)
{
	struct count_of total;

	start_counting();
	for (int i = 0; i < 40; i++)
		say(READ, "GET /r HTTP/1.1\r\n\r\n");
	/* maps of the host test have 16 entries, so from there on they are sent, up to the depth that is followed */
	check(counts().open == 16 && counts_balance(), "pipeline, open", "");
	for (int i = 0; i < 40; i++)
		say(WRITE, OK_EMPTY);
	total = counts();
	answer(0);
	check(total.requests == 16 && !total.open && rendering.lines == 32 && counted(COUNTER_LOST_PIPELINE) == 8 && counts_balance(), "pipeline", "");

	start_counting();	/* the connection ends: one answered, one within its answer, two without one */
	for (int i = 0; i < 4; i++)
		say(READ, "GET /r HTTP/1.1\r\n\r\n");
	say(WRITE, OK_EMPTY "HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\nx");
	hang_up(1);
	total = counts();
	check(total.requests == 4 && total.errors == 3 && !total.open && total.series == 3 && counts_balance() && !host.sent_bytes, "connection ends", "");

	start_counting();	/* after a call that was not seen nobody knows which answers came */
	say(READ, "GET /r HTTP/1.1\r\n\r\n");
	find_connection(&(struct connection_key){ .ssl = 1, .process = 7 })->directions[WRITE].missed = 1;
	hang_up(1);
	total = counts();
	check(!total.requests && !total.open && counted(COUNTER_LOST_AGGREGATE) == 1 && counts_balance(), "an answer that may have come", "");

	start_counting();	/* a request whose body never ends, answered early */
	say(READ, "POST /r HTTP/1.1\r\nContent-Length: 9\r\n\r\nx");
	say(WRITE, OK_EMPTY);
	check(counts().open == 1 && counts_balance(), "answered early", "");
	hang_up(1);
	check(counts().requests == 1 && !counts().open && !counts().errors && counts_balance(), "answered early, ended", "");

	start_counting();	/* an upgrade */
	say(READ, "GET /ws HTTP/1.1\r\nUpgrade: x\r\n\r\n");
	say(WRITE, "HTTP/1.1 101 Switching\r\n\r\n");
	check(counts().requests == 1 && !counts().open && counts_balance(), "upgrade", "");
}

/* Where there is no room, exchanges are sent. */
static void no_room_for_counts(void)
{
	static const void *const limited[] = { &series_0, &latencies_0, &open_exchanges };

	for (int i = 0; i < COUNT(limited); i++) {
		start_counting();
		host.limited_map = limited[i];
		host.limit = 0;
		exchange_of("/r", "1");
		check(!counts().requests && !counts().open && host.sent_bytes && counts_balance(), "no room: it is sent", i == 2 ? "as records" : "as a series of one");
		check(i == 2 || series_sent() == 1, "a series of one", "");
		if (i == 2) {	/* and the answer, and the end, as of any other */
			hang_up(1);
			answer(0);
			check(rendering.lines == 2 && rendering.line[0].complete == 1 && rendering.line[1].complete == 1 && rendering.ends == 1 &&
			      rendering.line[0].flags & RECORD_COUNTED, "records", text);
		}
		host.ring_full = 1;
		exchange_of("/r", "1");
		check(counted(COUNTER_LOST_RING) == 1 && counts_balance(), "no room in the ring either", "");
	}
	start_counting();	/* a value that the shape has no room for */
	{
		static char head[2000];
		int n = sprintf(head, "GET /r HTTP/1.1\r\n");

		for (int i = 0; i < 20; i++)
			n += sprintf(head + n, "X-Keep: %060d\r\n", i);
		sprintf(head + n, "\r\n");
		say(READ, head);
		say(WRITE, OK_EMPTY);
	}
	answer(0);
	check(rendering.lines == 2 && !counts().open && counts_balance(), "a head too long for a series", "");
}

/* User space changes the map that is counted into; a secret is nowhere. */
static void buffers_and_secrets(void)
{
	struct count_of first = {}, second = {};
	__u32 zero = 0;

	start_counting();
	say(READ, "GET /r?token=CANARYx HTTP/1.1\r\nX-Keep: acme\r\nAuthorization: Bearer CANARYx\r\nCookie: CANARYx\r\nX-Other-Item: CANARYx\r\n\r\n");
	((struct aggregate_settings *)bpf_map_lookup_elem(&aggregate_settings, &zero))->buffer = 1;
	say(WRITE, "HTTP/1.1 200 OK\r\nSet-Cookie: CANARYx\r\nX-Keep: 3\r\nContent-Length: 0\r\n\r\n");
	bpf_for_each_map_elem(&series_0, add_series, &first, 0);
	bpf_for_each_map_elem(&series_1, add_series, &second, 0);
	check(!first.requests && second.requests == 1 && counts_balance(), "the other map", "");
	hang_up(1);
	check(!host_memory_holds("CANARYx", 7) && !memmem(host.sent, host.sent_bytes, "CANARYx", 7), "a secret in a map", "");
}

/* The same trouble as drops.h makes: whatever is lost, the sum is right, and nothing is left open. */
static void counts_in_trouble(void)
{
	for (int trouble = 0; trouble < TROUBLES; trouble++)
		for (int seed = 1; seed <= DROP_RUNS / TROUBLES / 4; seed++) {
			struct trouble_run run = { .seed = seed, .trouble = trouble };
			struct peer peers[DROP_CONNECTIONS] = {};
			char detail[100];

			sprintf(detail, "%s, seed %d", trouble_names[trouble], seed);
			start_counting();
			host.random = seed;
			for (int i = 0; i < DROP_CONNECTIONS; i++)
				peers[i] = (struct peer){ .ssl = i + 1, .client = (seed / 2 + i) & 1, .depth = seed & 1 ? 1 + (seed / 4 + i) % 4 : 1 };
			for (int i = 0; i < DROP_ROUNDS; i++) {
				exchanges_of(&run, &peers[random_below(&run.seed, DROP_CONNECTIONS)], 1);
				check(counts_balance(), "counted in trouble", detail);
			}
			for (int i = 0; i < DROP_CONNECTIONS; i++)
				hang_up(i + 1);
			check(counts_balance() && !counts().open, "nothing is left open", detail);
		}
}

static void aggregates(void)
{
	numbers_and_paths();
	ends_of_counted();
	no_room_for_counts();
	buffers_and_secrets();
	counts_in_trouble();
}

#endif
