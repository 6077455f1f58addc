/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The host's side of the platform: what a test sets and sees. */
#ifndef MASTHEAD_HOST_H
#define MASTHEAD_HOST_H

#include <linux/types.h>
#include <stddef.h>

struct host_state {
	__u64 now;
	int ring_full;
	int refused_of_256;		/* records that the ring refuses at random, of 256 */
	__u64 random;			/* the seed of that */
	__u64 ring_waiting;		/* bytes that nobody has read */
	int unreadable;			/* reads of user memory fail */
	int discarded;			/* the program throws away what it is sent */
	__u32 wants;			/* enum timing, of the thread that calls */
	__u8 family;			/* of the socket that calls are on; 0: it is not known */
	const void *limited_map;	/* holds at most `limit` entries */
	__u32 limit;
	size_t sent_bytes;
	_Alignas(8) __u8 sent[1 << 20];	/* records, each at a multiple of 8 */
};
extern struct host_state host;

void host_reset(void);
/* 1: the bytes are in some map, deleted elements included. */
int host_memory_holds(const void *needle, size_t size);

#endif
