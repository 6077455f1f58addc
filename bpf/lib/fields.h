/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The header lines of a head: framing fields are noted, names are looked up whole, values go through redact.h. */
#ifndef MASTHEAD_FIELDS_H
#define MASTHEAD_FIELDS_H

#include "redact.h"
#include "framing.h"
#include "target-host.h"

static __always_inline __u64 key_word(const struct header_key *key, int index)
{
	return load_word(&key->name[8 * index]);
}

/* Does its first word say that it may be one of those that note_framing takes? */
static __always_inline int begins_framing(const struct header_key *key)
{
	return key_word(key, 0) == KEY_CONTENT_ || key_word(key, 0) == KEY_TRANSFER;
}

/* Fields that say how long the message is, and lines that a lenient parser might take for one. */
static __always_inline void note_framing(struct work *w, const struct header_key *key, __u32 name_length,
					 const struct value *v)
{
	__u64 first = key_word(key, 0), second = key_word(key, 1);

	if (first == KEY_CONTENT_ && (second & 0xffffffffffffULL) == KEY_LENGTH) {
		if (name_length == 14 && !v->truncated)
			note_content_length(w, v->from, v->to);
		else if (name_length == 14 || !is_token_byte(second >> 48))
			w->parsed.doubtful = 1;
	} else if (first == KEY_TRANSFER && second == KEY_ENCODING && key->name[16] == 'g') {
		if (name_length == 17 && !v->truncated)
			note_transfer_encoding(w, v->from, v->to);
		else if (name_length == 17 || !is_token_byte(key->name[17]))
			w->parsed.doubtful = 1;
	}
}

static __always_inline int is_name(const __u8 *name, const struct header_key *key)
{
	__u64 differ = 0;

#pragma unroll
	for (int i = 0; i < NAME_MAX_BYTES / 8; i++) {
		differ |= load_word(name + 8 * i) ^ key_word(key, i);
		opaque(differ);	/* no branch for each word, of which the verifier would follow both ways */
	}
	return !differ;
}

/*
 * Puts the rule of w->key into w->found. 0: there is none. By itself: the key has to be on the stack, since Linux 6.1 takes none from
 * the memory that an argument points to, and is larger than what most lines need there.
 */
verified_alone int find_rule(struct work *w)
{
	struct header_key key;
	struct header_rule *rule;

	if (!w)
		return 0;
	key.slot = w->key.slot;
	copy_bytes(key.name, w->key.name, sizeof(key.name));
	rule = bpf_map_lookup_elem(&header_rules, &key);
	if (!rule)
		return 0;
	copy_words(&w->found, rule, sizeof(w->found));
	return 1;
}

/* The rule of w->key. */
static __always_inline struct header_rule *rule_of(struct work *w, __u32 length)
{
	const struct header_key *key = &w->key;
	__u32 place = key->slot * NAME_BITS + name_bit_index(key_word(key, 0), length);
	struct rule_by_bit *by_bit = bpf_map_lookup_elem(&rules_by_bit, &place);

	if (by_bit && is_name(by_bit->name, key))
		return &by_bit->rule;
	return find_rule(w) ? &w->found : 0;
}

/* What the tables allow of the value: ALLOW_ bits. Where they do, its rule is in w->rule. */
static __always_inline __u32 allowed_of_field(struct work *w, __u32 length)
{
	const struct judgement *j = &w->judgement;
	int response = w->parsed.is_response;
	struct header_rule *rule;
	__u32 allowed;

	w->key.slot = j->slot;
	rule = rule_of(w, length);
	if (!rule)
		return 0;
	if (j->counted)
		allowed = allowed_for_usage(rule, response ? &rule->response_usage : &rule->request_usage, j->items);
	else
		allowed = allowed_by(rule, response ? &rule->response : &rule->request, j->items);
	w->rule.keep_length = rule->keep_length;
	w->rule.id = rule->id;
	if (rule->has_scheme)
		split_scheme(w);
	if (j->changed) {
		w->key.slot = j->other_slot;
		rule = rule_of(w, length);
		if (!rule)
			return 0;
		allowed &= allowed_by(rule, response ? &rule->response : &rule->request, j->other_items);
		if (rule->keep_length < w->rule.keep_length)
			w->rule.keep_length = rule->keep_length;
	}
	return allowed;
}

/* Whether a rule may have this name; most names need not be looked up. */
static __always_inline int is_sought(const struct judgement *j, const struct header_key *key, __u32 length)
{
	return j->fields && (j->names & name_bit(key_word(key, 0), length));
}

static __always_inline void clear_name(struct work *w)
{
	clear_words(w->key.name, NAME_MAX_BYTES);
}

/* Line index + 1 of the head: where its value is, and what is allowed of it. */
static __always_inline __u32 judge_field(struct work *w, __u32 index)
{
	struct header_key *key = &w->key;
	struct value *v = &w->value;
	__u32 from, line_feed, to, length;
	int sought;

	from = w->head.line_ends[index & (HEAD_MAX_LINES - 1)] + 1;
	line_feed = w->head.line_ends[(index + 1) & (HEAD_MAX_LINES - 1)];
	to = line_end(w, index + 1);
	if (!is_token_byte(AT(w, from))) {	/* a blank: it goes on with the line before, which is marked there */
		w->head.flags |= index && is_blank(AT(w, from)) ? RECORD_OBS_FOLD : RECORD_MALFORMED;
		return 0;
	}
	clear_name(w);
	length = read_word_until(w, from, ':', key->name, NAME_MAX_BYTES);
	if (length > NAME_MAX_BYTES) {
		if (find_either(w, from, to, ':', ':') >= to)
			w->head.flags |= RECORD_MALFORMED;
		else
			note_framing(w, key, length, v);
		return 0;	/* no rule has such a name */
	}
	if (from + length >= to) {
		w->head.flags |= RECORD_MALFORMED;
		return 0;
	}
	if (!is_token_byte(AT(w, from + length - 1))) {	/* RFC 9112 section 5.1 */
		w->head.flags |= RECORD_MALFORMED;
		note_framing(w, key, length, v);
		return 0;	/* with NUL at its end the key would be that of another name */
	}
	sought = is_sought(&w->judgement, key, length);
	if (!sought && !begins_framing(key))
		return 0;
	strip_blanks(w, from + length + 1, to);
	v->from = v->secret = w->finder.at;
	v->to = w->finder.to;
	if (is_host(key, length))
		take_host_of_target(w, v);
	v->scheme = 0;
	v->truncated = is_blank(AT(w, line_feed + 1)) && line_feed + 1 < w->head.used;
	note_framing(w, key, length, v);
	return sought ? allowed_of_field(w, length) : 0;
}

#define FIELDS_A_CALL 4

/*
 * Some lines from w->field on, up to one of whose value something is allowed: what is. Apart from what appends, since both do
 * not fit on the stack of one path together.
 */
verified_alone int judge_fields(struct work *w)
{
	if (!w)
		return 0;
	for (__u32 i = 0; i < FIELDS_A_CALL && w->field + 1 < w->head.lines; i++) {
		__u32 allowed;

		opaque(w);	/* clang 19 would work out addresses before the loop, and keep them on the stack */
		allowed = judge_field(w, w->field++);
		if (allowed)
			return allowed;
	}
	return 0;
}

/* Some lines, and what is allowed of them. 1: there are no more. */
static __always_inline int walk_some(struct work *w, struct out *o)
{
	__u32 allowed;

	if (w->field + 1 >= w->head.lines)
		return 1;
	allowed = judge_fields(w);
	if (allowed)
		append_value(w, o, w->rule.id, allowed, w->rule.keep_length);
	return 0;
}

struct fields_context {
	struct work *w;
	struct out *o;
};

static long fields_step(__u32 index, struct fields_context *context)
{
	(void)index;
	return walk_some(context->w, context->o);
}

/* By itself, since its context is of no use to most heads. */
verified_alone int walk_others(struct work *w, struct out *o)
{
	struct fields_context context = { .w = w, .o = o };

	if (!w || !o)
		return 0;
	bpf_loop(HEAD_MAX_LINES, fields_step, &context, 0);
	return 0;
}

#define FIELDS_OFTEN 24	/* steps of walk_some that most heads need at most: a loop of its own, in which no callback has to be returned from */

static __always_inline void walk_fields(struct work *w, struct out *o)
{
	int all = 0;

	w->field = 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < FIELDS_OFTEN && !all; i++)
		all = walk_some(w, o);
	if (!all)
		walk_others(w, o);
	clear_name(w);
}

#endif
