/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The request target, RFC 9112 section 3.2: its path as it was sent, its query as the tables allow it, and never scheme,
 * authority, user info or fragment.
 */
#ifndef MASTHEAD_TARGET_H
#define MASTHEAD_TARGET_H

#include "fields.h"

static __always_inline int is_asterisk(struct work *w, __u32 from, __u32 to)
{
	return AT(w, from) == '*' && from + 1 == to;
}

/* Where the path begins in [from, to). */
static __always_inline __u32 path_start(struct work *w, __u32 from, __u32 to)
{
	__u32 colon, path;

	if (from < to && (AT(w, from) == '/' || is_asterisk(w, from, to)))
		return from;
	if (w->parsed.is_connect)
		return to;
	colon = find_either(w, from, to, ':', '/');
	if (colon + 2 < to && AT(w, colon) == ':' && AT(w, colon + 1) == '/' && AT(w, colon + 2) == '/') {
		path = find_either(w, colon + 3, to, '/', '?');
		note_host(w, colon + 3, path);
		if (path != colon + 3)
			return path;
	}
	/* Without a host it is invalid (RFC 9110 section 4.2.1), and what follows may be user info for who reads it all the same. */
	w->head.flags |= RECORD_MALFORMED;
	return to;	/* no form that RFC 9112 knows: nothing of it is sent */
}

/*
 * Sets [finder.at, finder.to) to the target less what is no part of it in any form: a fragment, and blanks around it. Those
 * are marked, and so is one within it.
 */
static __always_inline void trim_target(struct work *w)
{
	__u32 from = w->parsed.target_start, to = w->parsed.target_end, end;

	strip_blanks(w, from, to);
	if (w->finder.at != from || w->finder.to != to)
		w->head.flags |= RECORD_MALFORMED;
	from = w->finder.at;
	to = w->finder.to;
	end = find_either(w, from, to, '#', ' ');
	if (end < to) {
		w->head.flags |= RECORD_MALFORMED;
		end = find_either(w, from, to, '#', '#');
	}
	w->finder.at = from;
	w->finder.to = end;
}

/* Does a policy keep the parameter of this name? By itself, so that its key is on no path of the stack with a search. */
verified_alone int is_parameter_kept(struct work *w, __u32 from, __u32 length)
{
	struct header_key key = {};
	struct query_rule *rule;

	if (!w || length > NAME_MAX_BYTES)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < NAME_MAX_BYTES / 8; i++) {
		__u32 left = length > 8 * i ? length - 8 * i : 0;
		__u64 word = lower_word(load_word(&AT(w, from + 8 * i)));

		if (left < 8)
			word &= (1ULL << (8 * (left & 7))) - 1;
		copy_bytes(&key.name[8 * i], &word, 8);
	}
	key.slot = w->judgement.slot;
	rule = bpf_map_lookup_elem(&query_rules, &key);
	return rule && (rule->keep & w->judgement.query_keep);
}

struct query_context {
	struct work *w;
	struct out *o;
};

/* One parameter: [at, next separator). */
static long query_step(__u32 index, struct query_context *context)
{
	struct work *w = context->w;
	struct out *o = context->o;
	struct query_walk *q = &w->query;
	__u32 from = q->at, end, equals, length, shown = 0;

	(void)index;
	if (from >= q->to)
		return 1;
	end = find_either(w, from, q->to, '&', ';');
	equals = find_either(w, from, end, '=', '=');
	q->at = end + 1;
	length = equals - from;
	if (!length)
		return 0;
	if (equals < end && q->names)
		shown = length;
	if (q->keep && is_parameter_kept(w, from, length))
		shown = end - from;
	if (!shown)
		return 0;
	if (o->size - q->start + shown + 1 > w->query.names_room || !out_has_room(o, shown + 1)) {
		w->head.flags |= RECORD_TRUNCATED;
		return 1;
	}
	if (o->size != q->start)
		append_byte(o, '&');
	append_from_head(w, o, from, shown);
	return 0;
}

static __always_inline void append_method(struct work *w, struct out *o, __u32 length)
{
	__u64 word = load_word(&AT(w, w->head.start));

	if (length >= 8) {
		append_from_head(w, o, w->head.start, length);
		return;
	}
	store_word(&OUT_AT(o, o->size), word & ((1ULL << (8 * (length & 7))) - 1));
	o->size += length;
}

/* Appends method, path and query. */
verified_alone int append_target(struct work *w, struct out *o)
{
	struct query_context context = { .w = w, .o = o };
	struct record_message *m;
	__u32 from, to, path, path_end, length;

	if (!w || !o)
		return 0;
	m = MESSAGE(o);
	m->method_length = at_most(w->parsed.method_length, RECORD_METHOD_MAX);
	append_method(w, o, m->method_length);
	trim_target(w);
	from = w->finder.at;
	to = w->finder.to;
	path = path_start(w, from, to);
	path_end = find_either(w, path, to, '?', '?');
	length = path_end - path;
	if (length > RECORD_TARGET_MAX) {
		length = RECORD_TARGET_MAX;
		w->head.flags |= RECORD_TRUNCATED;
	}
	if (path == path_end && !w->parsed.is_connect) {
		append_byte(o, '/');
		m->path_length = 1;
	} else {
		append_from_head(w, o, path, length);
		m->path_length = length;
	}
	m->target_length = to - path > 0xffff ? 0xffff : to - path;
	w->query.at = path_end + 1;
	w->query.to = to;
	w->query.start = o->size;
	w->query.names = w->judgement.query_names != 0;
	w->query.keep = w->judgement.query_keep != 0;
	w->query.names_room = RECORD_TARGET_MAX - length;
	if ((w->query.names || w->query.keep) && path_end < to)
		bpf_loop(HEAD_MAX_BYTES, query_step, &context, 0);
	m->query_length = o->size - w->query.start;
	return 0;
}

#endif
