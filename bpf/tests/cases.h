/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Traffic and what becomes of it. Every case is run whole, in pieces, between the calls of another one and split at every
 * byte, on the host and in the kernel, with one answer. A name begins with the number and the section of the RFC that the
 * answer comes from; where that leaves it to the recipient, or the message is one that an attacker would send to have two
 * recipients differ, the answer is marked by flags.
 *
 * `R` is what the process read, `W` what it wrote; tables are those of tables-for-tests.h. A line of the answer:
 * direction, exchange, method path query or status, elements, (bytes), flags in hex. Cases with `whole_only` hold bytes
 * that are not understood: where a call starts decides what is found after those.
 */
#ifndef MASTHEAD_CASES_H
#define MASTHEAD_CASES_H

#include <linux/types.h>
#include "../include/record.h"

#define R(text) { 0, text, sizeof(text) - 1 }
#define W(text) { 1, text, sizeof(text) - 1 }
#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define TIMES_4(text) text text text text
#define TIMES_16(text) TIMES_4(TIMES_4(text))
#define TIMES_64(text) TIMES_16(TIMES_4(text))
#define TIMES_256(text) TIMES_64(TIMES_4(text))
#define TIMES_1024(text) TIMES_256(TIMES_4(text))
#define TIMES_4096(text) TIMES_1024(TIMES_4(text))

struct case_step {
	int direction;
	const char *bytes;
	int size;
};

struct test_case {
	const char *name;
	struct case_step steps[8];
	const char *answer;
	int whole_only;
	int counter;	/* enum counter; one is counted there when the case is run whole. 0: not looked at */
};

static const struct test_case cases[] = {
#include "cases/overview.h"
#include "cases/request-targets.h"
#include "cases/absolute-targets.h"
#include "cases/request-lines.h"
#include "cases/methods.h"
#include "cases/versions.h"
#include "cases/status-lines.h"
#include "cases/empty-lines.h"
#include "cases/header-lines.h"
#include "cases/folding.h"
#include "cases/lengths.h"
#include "cases/lengths-that-are-none.h"
#include "cases/lengths-and-bodies.h"
#include "cases/encodings.h"
#include "cases/encodings-without-end.h"
#include "cases/chunks.h"
#include "cases/trailers.h"
#include "cases/bare-line-feeds.h"
#include "cases/interim.h"
#include "cases/tunnels.h"
#include "cases/connections.h"
#include "cases/long-heads.h"
#include "cases/other-protocols.h"
};

#define SPLIT_ALL 4096	/* bytes; longer steps are not split at every byte */

/* Every byte of a step, and of a long one those about its ends and the blocks that it is read in, and one in 61. */
static inline int is_split_tried(const struct case_step *step, int at)
{
	int to_block = (at + 8) % 1024;

	return step->size < SPLIT_ALL || at < 256 || step->size - at < 256 || to_block < 16 || at % 61 == 0;
}

#endif
