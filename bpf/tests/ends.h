/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is said of a connection that ends. */
#ifndef MASTHEAD_ENDS_H
#define MASTHEAD_ENDS_H

#include "bounds.h"

static __u32 answers_told_at_the_end(void)
{
	const struct record_connection_end *end = (const void *)(host.sent + host.sent_bytes - sizeof(*end));

	return end->header.kind == RECORD_CONNECTION_END ? end->next_response : -1;
}

/* What the end of a connection says is missing: nothing of which that is not certain. */
static void ends(void)
{
	static const char *const answers[] = { "", OK_EMPTY, OK_EMPTY "{", "{" };
	static const __u32 told[] = { 1, 2, 3, 3 };	/* of three requests the first has its answer; exchanges from here on had none */

	for (int i = 0; i < COUNT(told); i++) {
		start();
		for (int n = 0; n < 3; n++) {
			feed(1, READ, request, sizeof(request) - 1);
			feed(1, WRITE, n ? "" : OK_EMPTY, n ? 0 : sizeof(OK_EMPTY) - 1);
		}
		feed(1, WRITE, answers[i], strlen(answers[i]));
		hang_up(1);
		text[0] = 0;
		check(answers_told_at_the_end() == told[i], "what the end of a connection says is missing", answers[i]);
	}
}

/* A connection whose response ends after so many bytes, in one call and in calls of a byte. */
static void ends_after(int asks, const char *answer, __u32 bytes, int is_between, int is_whole)
{
	struct connection_key key = { .ssl = 1, .process = 7 };

	for (int each = 0; each < 2; each++) {
		struct connection *c;

		start();
		feed(1, asks, request, sizeof(request) - 1);
		for (__u32 at = 0; at < bytes; at += each ? 1 : bytes)
			feed(1, !asks, answer + at, each ? 1 : bytes);
		c = find_connection(&key);
		text[0] = 0;
		check(c && is_between_chunks(c) == is_between, "between two chunks", answer + bytes);
		check(c && is_whole_at_end(&c->directions[!asks]) == is_whole, "whole when the connection ends", answer + bytes);
	}
}

static void between_chunks(void)
{
	static const char chunked[] = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n|5\r\nhello\r\n|3;a=b\r\nabc\r\n|0\r\n#x: y\r\n\r\n";
	static const char with_length[] = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc";
	static const char until_close[] = "HTTP/1.1 200 OK\r\n\r\nabc";
	char answer[sizeof(chunked)];
	__u32 length = 0, whole = 0;

	for (const char *at = chunked; *at; at++) {	/* a bar stands where the next byte begins a chunk, a cross behind the last one's line */
		if (*at == '#')
			whole = length;
		else if (*at != '|')
			answer[length++] = *at;
	}
	answer[length] = 0;
	for (__u32 bytes = 1, at = 1; bytes <= length; bytes++, at++) {
		int is_between = chunked[at] == '|', is_whole = bytes >= whole && bytes < length;

		ends_after(WRITE, answer, bytes, is_between, is_whole);
		ends_after(READ, answer, bytes, 0, is_whole);	/* what a server has not written it owes */
		at += is_between || chunked[at] == '#';
	}
	ends_after(WRITE, with_length, sizeof(with_length) - 1, 0, 0);
	ends_after(WRITE, until_close, sizeof(until_close) - 1, 0, 1);
	ends_after(WRITE, "", 0, 0, 0);
}

#endif
