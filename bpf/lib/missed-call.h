/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A call that is not looked at for want of memory: what it says of the place of its direction, and of a request that it begins. */
#ifndef MASTHEAD_MISSED_CALL_H
#define MASTHEAD_MISSED_CALL_H

#include "unasked.h"
#include "words.h"
#include "../maps/records.h"
#include "../maps/state.h"

#define REQUEST_BYTES 16	/* that say whether one begins */

static __always_inline int are_request(const __u8 *bytes)
{
	for (int i = 0; i < REQUEST_BYTES; i++) {
		if (bytes[i] == ' ')
			return i > 0;
		if (!is_token_byte(bytes[i]))
			return 0;
	}
	return 0;
}

/* Does the call begin with a request line, as far as a few bytes say? */
static __always_inline int begins_request(__u64 user, __u32 size)
{
	__u8 bytes[REQUEST_BYTES] = {};
	int begins = 0;

	if (!bpf_probe_read_user(bytes, at_most(size, sizeof(bytes)), (void *)user))
		begins = are_request(bytes);
	clear_bytes(bytes);
	return begins;
}

/* No work area is free, or nobody knows how much was moved: the call is not looked at, and its direction is out of step. */
verified_alone int miss_call(__u64 ssl, __u32 process, __u32 direction, __u64 user, __u32 size)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c = find_connection(&key);
	struct direction *d = c ? &c->directions[direction & 1] : 0;

	if (c && is_unasked(c))
		return 0;
	if (d)
		d->missed = 1;
	if (d && d->state != STATE_HEAD && d->state != STATE_RESYNC)
		return 0;
	if (is_wanted(process) && begins_request(user, size)) {
		count(COUNTER_CAPTURED);
		count(COUNTER_LOST_SCRATCH);
	}
	return 0;
}

#endif
