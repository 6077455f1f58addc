/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The state machine of one direction of one connection over the bytes of one call. follow() is the whole of it: each
 * step takes what its state wants of the bytes that are left.
 */
#ifndef MASTHEAD_FOLLOW_H
#define MASTHEAD_FOLLOW_H

#include "body.h"
#include "head.h"

#define STEPS_MAX 16384	/* of one call: heads, chunks, blocks */
#define STEPS_OFTEN 8	/* that most calls need at most: a loop of its own, in which no callback has to be returned from */

/* 1: there is nothing more to take. */
static __always_inline int take_step(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d = direction_of(w, c);

	if (w->position >= w->size) {
		if (!(w->left || w->messages_left) || !next_part(w))
			return 1;
		if (w->position >= w->size)
			return 0;
	}
	switch (d->state) {
	case STATE_HEAD:
	case STATE_RESYNC:
		if (head_step(w, c))
			finish_head(w, o, c);
		return 0;
	case STATE_BODY:
	case STATE_CHUNK_DATA:
		body_step(w, o, c);
		return 0;
	case STATE_CHUNK_SIZE:
		chunk_size_step(w, o, c);
		return 0;
	case STATE_SKIP_HEAD:
	case STATE_TRAILER:
		skip_step(w, o, c);
		return 0;
	case STATE_UNTIL_CLOSE:
		d->bytes += bytes_left(w);
		w->position = w->size;
		return 0;
	default:
		skip_call(w);
		return 1;
	}
}

static long follow_step(__u32 index, struct step_context *context)
{
	(void)index;
	return take_step(context->w, context->o, context->c);
}

/* The first steps, which are all of most calls. 1: there is nothing more to take. */
verified_alone int take_some_steps(struct work *w, struct out *o, struct connection *c)
{
	if (!w || !o || !c)
		return 1;
	for (__u32 i = 0; i < STEPS_OFTEN; i++) {
		opaque(w);	/* as in judge_fields */
		opaque(c);
		if (take_step(w, o, c))
			return 1;
	}
	return 0;
}

/* All others, but for what is beyond STEPS_MAX: there the direction loses its place. */
verified_alone int take_other_steps(struct work *w, struct out *o, struct connection *c)
{
	struct step_context context = { .w = w, .o = o, .c = c };

	if (!w || !o || !c)
		return 0;
	bpf_loop(STEPS_MAX, follow_step, &context, 0);
	if (w->position < w->size || w->left || w->messages_left) {
		direction_of(w, c)->end_flags |= RECORD_TRUNCATED;	/* how long its body is, is not known */
		end_message(w, o, c);
		lose_place(w, c);
		drop_head(w);
		__builtin_memset(w->small, 0, SMALL_BYTES);
		w->ahead = 0;
	}
	return 0;
}

/*
 * Takes the call that `w` describes. A head that is not complete at its end stays in w->head. No function of its own, since that would
 * be one more on the longest path of the stack.
 */
static __always_inline void follow(struct work *w, struct out *o, struct connection *c)
{
	struct direction *d = direction_of(w, c);

	o->pending = 0;
	if (d->missed) {
		d->missed = 0;
		if (d->state < STATE_UNTIL_CLOSE)
			lose_place(w, c);
		drop_head(w);
	}
	if (!take_some_steps(w, o, c))
		take_other_steps(w, o, c);
	if (o->pending)
		flush(w, o, c, 0);
	if (d->state == STATE_RESYNC && !w->head.checked)
		drop_head(w);	/* a start line has to be whole to bring it back in step */
}

#endif
