/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Every bound of the kernel's is made to overflow: captured = sent + lost. */
#ifndef MASTHEAD_BOUNDS_H
#define MASTHEAD_BOUNDS_H

#include "check.h"

static const char request[] = "GET /r HTTP/1.1\r\nX-Keep: v\r\n\r\n";

static void bounds(void)
{
	static char big[128 << 10];
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

	start();	/* what a program throws away where a request is due, as servers do before they close */
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	host.discarded = host.unreadable = 1;
	feed(1, READ, request, sizeof(request) - 1);
	host.discarded = host.unreadable = 0;
	check(counted(COUNTER_LOST_READ) == 0 && counted(COUNTER_CAPTURED) == 1 && balances(), "thrown away", "");
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_CAPTURED) == 2 && rendering.lines == 4 && balances(), "a request after what was thrown away", "");

	start();	/* a call that was not noted: the response tells of its request */
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	find_connection(&(struct connection_key){ .ssl = 1, .process = 7 })->unseen_reads = 1;
	find_connection(&(struct connection_key){ .ssl = 1, .process = 7 })->directions[READ].missed = 1;
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	answer(0);
	check(counted(COUNTER_LOST_CALLS) == 1 && counted(COUNTER_CAPTURED) == 3 && rendering.lines == 4 && balances(), "calls full", "");
	find_connection(&(struct connection_key){ .ssl = 1, .process = 7 })->directions[WRITE].missed = 1;
	feed(1, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
	check(counted(COUNTER_LOST_CALLS) == 1 && balances(), "calls full, and a request was seen since", "");

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

	start();	/* more chunks in one call than are followed */
	n = sprintf(big, "POST /chunks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 17000; i++)
		n += sprintf(big + n, "1\r\nx\r\n");
	feed(1, READ, big, n);
	feed(1, READ, request, sizeof(request) - 1);
	answer(0);
	check(rendering.lines == 2 && counted(COUNTER_RESYNC) == 1 && balances(), "too many chunks", text);
	check(rendering.line[0].flags == RECORD_TRUNCATED && rendering.line[1].flags == RECORD_GAP_BEFORE, "the size of too many chunks", text);

	start();	/* chunks that the program throws away unread */
	n = sprintf(big, "POST /chunks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
	feed(1, READ, big, n);
	host.discarded = host.unreadable = 1;
	feed(1, READ, "1\r\nx\r\n0\r\n\r\n", 11);
	host.discarded = host.unreadable = 0;
	answer(0);
	check(rendering.lines == 1 && rendering.line[0].flags == RECORD_TRUNCATED && balances(), "chunks thrown away", text);

	start();	/* many heads in one call */
	for (n = 0; n < 60000; )
		n += sprintf(big + n, "GET /p HTTP/1.1\r\n\r\n");
	feed(1, WRITE, big, n);
	check(counted(COUNTER_CAPTURED) == (__u64)n / 19 && balances(), "many heads", "");
}

#endif
