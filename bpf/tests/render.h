/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Records as text that does not depend on how the bytes were split: one line a message, its end merged into it, and one
 * a connection's end.
 */
#ifndef MASTHEAD_RENDER_H
#define MASTHEAD_RENDER_H

#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include "../include/record.h"

#define RENDER_LINES 4096
struct rendering {
	int lines, ends;
	struct {
		__u64 connection;
		__u32 exchange;
		int response, complete, flags;
		unsigned long long bytes;
		char head[160];
		char rest[6000];
	} line[RENDER_LINES];
};

static inline int append_text(char *to, int at, int size, const __u8 *from, int length)
{
	for (int i = 0; i < length && at < size - 6; i++)
		at += from[i] > 32 && from[i] < 127 ? sprintf(to + at, "%c", from[i]) : sprintf(to + at, "\\x%02x", from[i]);
	return at;
}

static inline void render_message(struct rendering *r, const struct record_message *m)
{
	const __u8 *p = (const __u8 *)(m + 1);
	int at = 0, i;
	char *rest;
	const int size = sizeof(r->line[0].rest);

	if (r->lines >= RENDER_LINES)
		return;
	i = r->lines++;
	rest = r->line[i].rest;
	rest[0] = 0;
	r->line[i].connection = m->connection;
	r->line[i].exchange = m->exchange;
	r->line[i].response = m->header.kind == RECORD_RESPONSE;
	r->line[i].complete = (m->header.flags & RECORD_COMPLETE) != 0;
	r->line[i].flags = m->header.flags & ~RECORD_COMPLETE;
	r->line[i].bytes = m->bytes;
	if (m->header.kind == RECORD_REQUEST) {
		at = append_text(rest, at, size, p, m->method_length);
		at += sprintf(rest + at, " ");
		at = append_text(rest, at, size, p + m->method_length, m->path_length);
		at += sprintf(rest + at, " ");
		at = append_text(rest, at, size, p + m->method_length + m->path_length, m->query_length);
		p += m->method_length + m->path_length + m->query_length;
	} else {
		at += sprintf(rest + at, "%u", m->status);
	}
	for (int e = 0; e < m->elements && at < size - 64; e++) {
		struct record_element x;

		memcpy(&x, p, sizeof(x));
		p += sizeof(x);
		at += sprintf(rest + at, " [%u %c%s %u/%u s%u ", x.rule, "?kmfp"[x.action], x.flags ? "!" : "", x.value_length,
			      x.secret_length, x.scheme);
		if (x.action == ELEMENT_FINGERPRINT)
			for (int b = 0; b < x.data_length; b++)
				at += sprintf(rest + at, "%02x", p[b]);
		else
			at = append_text(rest, at, size, p, x.data_length);
		at += sprintf(rest + at, "]");
		p += x.data_length;
	}
	snprintf(r->line[i].head, sizeof(r->line[i].head), "role %u v1.%u governed %llx head %u target %u", m->role,
		 m->version_minor, (unsigned long long)m->governed, r->line[i].flags & RECORD_TRUNCATED ? 0 : m->head_bytes,
		 m->target_length);
}

static inline void render_record(struct rendering *r, const void *record)
{
	const struct record_header *h = record;
	const struct record_message_end *end = record;

	if (h->kind == RECORD_REQUEST || h->kind == RECORD_RESPONSE)
		render_message(r, record);
	if (h->kind == RECORD_CONNECTION_END)
		r->ends++;
	if (h->kind != RECORD_MESSAGE_END)
		return;
	for (int i = 0; i < r->lines; i++) {
		if (r->line[i].connection != end->connection || r->line[i].exchange != end->exchange ||
		    r->line[i].response != end->response)
			continue;
		r->line[i].complete++;	/* twice would show */
		r->line[i].bytes = end->bytes;
		r->line[i].flags |= h->flags;
	}
}

static inline void render(struct rendering *r, const __u8 *records, size_t bytes)
{
	r->lines = r->ends = 0;
	for (size_t at = 0; at + sizeof(struct record_header) <= bytes;) {
		const struct record_header *h = (const void *)(records + at);

		render_record(r, h);
		at += (h->size + 7) & ~7U;
	}
}

/* "> 0 GET /a q head.. " one line a message of that connection, 0: of all. An open body's length depends on the splits only where it is open. */
static inline int print_connection(const struct rendering *r, char *to, size_t size, int with_heads, __u64 connection)
{
	size_t at = 0;

	to[0] = 0;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < r->lines && at + 6400 < size; i++)
			if (r->line[i].response == pass && (!connection || r->line[i].connection == connection))
				at += sprintf(to + at, "%c%u %s (%llu%s) %x%s%s\n", pass ? '<' : '>', r->line[i].exchange,
					      r->line[i].rest, r->line[i].complete ? r->line[i].bytes : 0,
					      r->line[i].complete == 1 ? "" : r->line[i].complete ? " twice" : " open",
					      r->line[i].flags, with_heads ? " | " : "", with_heads ? r->line[i].head : "");
	return at;
}

static inline int print_rendering(const struct rendering *r, char *to, size_t size, int with_heads)
{
	return print_connection(r, to, size, with_heads, 0);
}

#endif
