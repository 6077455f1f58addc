/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Numbers that look random and come again for the same seed (splitmix64), so that what failed can be run again. */
#ifndef MASTHEAD_RANDOM_H
#define MASTHEAD_RANDOM_H

#include <linux/types.h>

static inline __u64 random_word(__u64 *seed)
{
	__u64 x = *seed += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* From 0 to below `end`. */
static inline int random_below(__u64 *seed, int end)
{
	return random_word(seed) % (unsigned int)end;
}

#endif
