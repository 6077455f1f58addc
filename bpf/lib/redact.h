/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * A header value becomes what the tables allow of it: all of it, eight bytes, a fingerprint, or that it was there. The
 * only way from a head into a record, but for path and query (promises redacted-at-source, the-floor-holds).
 */
#ifndef MASTHEAD_REDACT_H
#define MASTHEAD_REDACT_H

#include "out.h"
#include "siphash.h"
#include "../maps/policy.h"

#define ALLOW_KEEP		(1 << ELEMENT_KEEP)
#define ALLOW_MASK		(1 << ELEMENT_MASK)
#define ALLOW_FINGERPRINT	(1 << ELEMENT_FINGERPRINT)
#define ALLOW_PRESENCE		(1 << ELEMENT_PRESENCE)

#define MASK_MIN_BYTES 24	/* nothing of a shorter secret is shown */

/* 1 where any bit is. No branch, of which the verifier would follow both ways. */
static __always_inline __u32 is_set(__u64 bits)
{
	return is_negative(bits | -bits);
}

static __always_inline __u32 allowed_by(const struct header_rule *rule, const struct action_items *a, __u64 items)
{
	__u64 keep = rule->floor ? 0 : a->keep;

	return is_set(keep & items) << ELEMENT_KEEP | is_set(a->mask & items) << ELEMENT_MASK |
	       is_set(a->fingerprint & items) << ELEMENT_FINGERPRINT | is_set(a->presence & items) << ELEMENT_PRESENCE;
}

static __always_inline __u32 allowed_for_usage(const struct header_rule *rule, const struct usage_items *u, __u64 items)
{
	__u64 keep = rule->floor ? 0 : u->keep;

	return is_set(keep & items) << ELEMENT_KEEP | is_set(u->fingerprint & items) << ELEMENT_FINGERPRINT;
}

struct sip_context {
	struct work *w;
	struct sip_state state;
	__u32 at;
	__u32 words;		/* that are left, the last one of them in part */
	__u32 length;
	__u32 reserved;
};

#define SIP_STEP_WORDS 16	/* most secrets take one or two steps */

/* 1: there is nothing more to take. One copy of the rounds, since each is two cache lines that nothing else needs. */
static long sip_step(__u32 index, struct sip_context *context)
{
	struct sip_state state = context->state;

	(void)index;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SIP_STEP_WORDS && context->words; i++) {
		__u64 word = load_word(&AT(context->w, context->at));

		context->at += sizeof(word);
		if (!--context->words)
			word = sip_last_word(word & ((1ULL << (8 * (context->length & 7))) - 1), context->length);
		sip_word(&state, word);
	}
	context->state = state;
	return !context->words;
}

static __always_inline void fingerprint(struct work *w, __u32 from, __u32 length, __u64 out[2])
{
	__u32 first = 0;
	struct fingerprint_key *key = bpf_map_lookup_elem(&fingerprint_key, &first);
	struct sip_context context = { .w = w, .at = from, .words = length / 8 + 1, .length = length };

	if (!key)
		return;
	sip_begin(&context.state, key->k0, key->k1);
	bpf_loop(HEAD_MAX_BYTES / 8 / SIP_STEP_WORDS + 1, sip_step, &context, 0);
	sip_finish(&context.state, out);
}

static long token_step(__u32 index, struct work_context *context)
{
	struct work *w = context->w;

	(void)index;
	if (w->finder.at >= w->finder.to || !is_token_byte(AT(w, w->finder.at)))
		return 1;
	w->finder.at++;
	return 0;
}

/* Is the head's [from, to) a token? */
static __always_inline int is_token(struct work *w, __u32 from, __u32 to)
{
	struct work_context context = { .w = w };

	w->finder.at = from;
	w->finder.to = to;
	bpf_loop(HEAD_MAX_BYTES, token_step, &context, 0);
	return from < to && w->finder.at == to;
}

/*
 * The id of the scheme whose name is in w->scheme, which is cleared; 0: there is none. Nearly all requests have the one that was found last, and
 * its name is no secret. By itself, as find_rule.
 */
verified_alone __u32 take_scheme(struct work *w)
{
	struct scheme_key key;
	__u64 differ = 0;
	__u8 *id;

	if (!w)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < SCHEME_MAX_BYTES; i += 8) {
		__u64 word = load_word(&w->scheme.name[i]);

		differ |= word ^ load_word(&w->last_scheme.name[i]);
		store_word(&w->scheme.name[i], 0);
		copy_bytes(&key.name[i], &word, 8);
	}
	if (differ) {
		id = bpf_map_lookup_elem(&auth_schemes, &key);
		if (id) {
			copy_bytes(&w->last_scheme, &key, sizeof(key));
			w->last_scheme_id = *id;
		}
		differ = !id;
	}
	clear_bytes(key.name);	/* it may be all of a secret that has no scheme */
	return differ ? 0 : w->last_scheme_id;
}

/* `token 1*SP secret`: finds the secret, and the scheme where it is a known one. */
verified_alone int split_scheme(struct work *w)
{
	struct value *v;
	__u32 length, at, scheme;

	if (!w)
		return 0;
	v = &w->value;
	length = read_word_until(w, v->from, ' ', w->scheme.name, SCHEME_MAX_BYTES);
	at = length <= SCHEME_MAX_BYTES ? v->from + length : find_either_here(w, v->from, v->to, ' ', ' ');
	scheme = take_scheme(w);
	if (at >= v->to)	/* there is no blank */
		return 0;
	if (length <= SCHEME_MAX_BYTES && scheme)
		v->scheme = scheme;
	else if (!is_token(w, v->from, at))
		return 0;
	for (__u32 i = 0; i < 8; i++) {	/* more blanks than that count as part of the secret */
		if (at >= v->to || AT(w, at) != ' ')
			break;
		at++;
	}
	v->secret = at;
	return 0;
}

static __always_inline void append_element(struct out *o, const struct value *v, __u16 rule, __u8 action, __u8 flags,
					   __u16 data_length)
{
	union {
		struct record_element element;
		struct { __u64 word; __u32 half; } as;
	} e = { .element = {
		.rule = rule, .action = action, .flags = flags | (v->truncated ? ELEMENT_TRUNCATED : 0),
		.value_length = v->to - v->from, .data_length = data_length, .scheme = v->scheme,
		.secret_length = v->to - v->secret,
	} };
	__u8 *end = &OUT_AT(o, o->size);

	store_word(end, e.as.word);
	store_half(end + 8, e.as.half);
	o->size += sizeof(e.element);
	MESSAGE(o)->elements++;
}

/* One element for each action that is allowed. What does not fit is marked. */
verified_alone int append_value(struct work *w, struct out *o, __u32 rule, __u32 allowed, __u32 keep_length)
{
	const struct value *v;
	__u32 length, secret;

	if (!w || !o)
		return 0;
	v = &w->value;
	length = v->to - v->from;
	secret = v->to - v->secret;
	if (allowed & ALLOW_KEEP) {
		__u32 kept = length < keep_length ? length : keep_length;

		kept = at_most(kept, COPY_MAX_BYTES);
		if (out_has_room(o, sizeof(struct record_element) + kept)) {
			append_element(o, v, rule, ELEMENT_KEEP, kept < length ? ELEMENT_TRUNCATED : 0, kept);
			append_from_head(w, o, v->from, kept);
		} else {
			w->head.flags |= RECORD_TRUNCATED;
		}
	}
	if (!out_has_room(o, 3 * sizeof(struct record_element) + 24)) {
		w->head.flags |= RECORD_TRUNCATED;
		return 0;
	}
	if (allowed & ALLOW_MASK) {
		int shown = secret >= MASK_MIN_BYTES && !v->truncated;

		append_element(o, v, rule, ELEMENT_MASK, 0, shown ? 8 : 0);
		if (shown) {
			store_half(&OUT_AT(o, o->size), load_word(&AT(w, v->secret)));
			store_half(&OUT_AT(o, o->size + 4), load_word(&AT(w, v->to - 4)));
			o->size += 8;
		}
	}
	if (allowed & ALLOW_FINGERPRINT) {
		append_element(o, v, rule, ELEMENT_FINGERPRINT, 0, v->truncated ? 0 : 16);
		if (!v->truncated) {
			__u64 hash[2] = {};

			fingerprint(w, v->secret, secret, hash);
			store_word(&OUT_AT(o, o->size), hash[0]);
			store_word(&OUT_AT(o, o->size + 8), hash[1]);
			o->size += 16;
		}
	}
	if (allowed & ALLOW_PRESENCE)
		append_element(o, v, rule, ELEMENT_PRESENCE, 0, 0);
	return 0;
}

#endif
