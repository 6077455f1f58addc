/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* SipHash-2-4 with 128 bits out, over bytes of a head. */
#ifndef MASTHEAD_SIPHASH_H
#define MASTHEAD_SIPHASH_H

#include "words.h"

struct sip_state {
	__u64 v0, v1, v2, v3;
};

static __always_inline __u64 rotate_left(__u64 x, __u32 by)
{
	return (x << by) | (x >> (64 - by));
}

static __always_inline void sip_round(struct sip_state *s)
{
	s->v0 += s->v1; s->v1 = rotate_left(s->v1, 13); s->v1 ^= s->v0; s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v3; s->v3 = rotate_left(s->v3, 16); s->v3 ^= s->v2;
	s->v0 += s->v3; s->v3 = rotate_left(s->v3, 21); s->v3 ^= s->v0;
	s->v2 += s->v1; s->v1 = rotate_left(s->v1, 17); s->v1 ^= s->v2; s->v2 = rotate_left(s->v2, 32);
}

static __always_inline void sip_begin(struct sip_state *s, __u64 k0, __u64 k1)
{
	s->v0 = k0 ^ 0x736f6d6570736575ULL;
	s->v1 = k1 ^ 0x646f72616e646f6dULL ^ 0xee;
	s->v2 = k0 ^ 0x6c7967656e657261ULL;
	s->v3 = k1 ^ 0x7465646279746573ULL;
}

static __always_inline void sip_word(struct sip_state *s, __u64 word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

static __always_inline void sip_last_rounds(struct sip_state *s)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 4; i++)
		sip_round(s);
}

/* After the last word, which sip_last_word() gives. */
static __always_inline void sip_finish(struct sip_state *s, __u64 out[2])
{
	s->v2 ^= 0xee;
	sip_last_rounds(s);
	out[0] = s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
	s->v1 ^= 0xdd;
	sip_last_rounds(s);
	out[1] = s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* rest: the bytes after the last whole word, the others 0; of so many bytes in all. */
static __always_inline __u64 sip_last_word(__u64 rest, __u32 length)
{
	return rest | ((__u64)length << 56);
}

static __always_inline void sip_end(struct sip_state *s, __u64 rest, __u32 length, __u64 out[2])
{
	sip_word(s, sip_last_word(rest, length));
	sip_finish(s, out);
}

#endif
