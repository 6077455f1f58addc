/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Where the next bytes of one call are: it may have them in several parts, and several messages. */
#ifndef MASTHEAD_CALL_BYTES_H
#define MASTHEAD_CALL_BYTES_H

#include "work.h"

/* Of this part of the call's bytes. */
static __always_inline __u32 bytes_left(const struct work *w)
{
	return w->size - w->position;
}

/* The rest of the call is not looked at. */
static __always_inline void skip_call(struct work *w)
{
	w->position = w->size;
	w->left = 0;
	w->messages_left = 0;
}

/* So many parts, from this address on. */
static __always_inline void place_parts(struct work *w, __u64 address, __u64 count)
{
	w->parts = address;
	w->parts_left = count;
	w->parts_read = w->parts_taken = 0;
}

#define MESSAGE_PARTS	16	/* where struct msghdr has its address of struct iovec, and then how many there are */
#define MESSAGE_LENGTH	56	/* and struct mmsghdr the length */
#define MESSAGE_BYTES	64

/* The parts of a struct msghdr. 0: it cannot be read. */
static __always_inline int read_message(struct work *w, __u64 message)
{
	__u64 parts[2];		/* address, count */

	if (bpf_probe_read_user(parts, sizeof(parts), (void *)(message + MESSAGE_PARTS)))
		return 0;
	place_parts(w, parts[0], parts[1]);
	return 1;
}

static __always_inline int next_message(struct work *w)
{
	if (!read_message(w, w->messages) ||
	    bpf_probe_read_user(&w->left, sizeof(w->left), (void *)(w->messages + MESSAGE_LENGTH)))
		return 0;
	w->messages += MESSAGE_BYTES;
	w->messages_left--;
	return 1;
}

/* Reads where the next parts are. 0: that cannot be had. */
static __always_inline int read_some_parts(struct work *w, __u32 count)
{
	__u32 bytes = at_most(count * sizeof(struct part), sizeof(w->part));

	w->parts_taken = w->parts_read = 0;
	if (!count || bpf_probe_read_user(w->part, bytes, (void *)w->parts))
		return 0;
	w->parts_read = count;
	w->parts += bytes;
	w->parts_left -= count;
	return 1;
}

/* None beyond the last; one by one where several cannot be had, since they may lie in two pages. */
static __always_inline int read_parts(struct work *w)
{
	__u32 left = w->parts_left;

	if (w->discarded)
		return 0;
	return read_some_parts(w, left < PARTS_AT_ONCE ? left : PARTS_AT_ONCE) || (left && read_some_parts(w, 1));
}

/* The call's bytes may lie in several parts: on to the next one. 0: there is none. */
verified_alone int next_part(struct work *w)
{
	struct part *part;

	if (!w)
		return 0;
	w->earlier += w->size;
	w->position = w->size = 0;
	if (!w->left && w->messages_left && !next_message(w))
		w->messages_left = 0;
	if (!w->left)
		return w->messages_left;
	if (w->parts_taken >= w->parts_read && !read_parts(w)) {
		w->user = 0;	/* the bytes cannot be had */
		w->size = w->left;
		w->left = 0;
		return 1;
	}
	part = &w->part[masked(w->parts_taken++, PARTS_AT_ONCE - 1)];
	w->user = part->address;
	w->size = part->length < w->left ? part->length : w->left;
	w->left -= w->size;
	return 1;
}

#endif
