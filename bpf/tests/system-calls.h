/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the numbers of system calls stand for, by this host's own names; and that what is told apart first leaves none out. */
#ifndef MASTHEAD_TESTS_SYSTEM_CALLS_H
#define MASTHEAD_TESTS_SYSTEM_CALLS_H

#include <sys/syscall.h>
#include "check.h"
#include "../probes/system-call-numbers.h"

static const struct { unsigned long number; struct transfer_call call; } transfers[] = {
	{ SYS_read, { TRANSFER_BUFFER, READ, 0, 0 } },
	{ SYS_write, { TRANSFER_BUFFER, WRITE, 0, 0 } },
	{ SYS_readv, { TRANSFER_PARTS, READ, 0, 0 } },
	{ SYS_writev, { TRANSFER_PARTS, WRITE, 0, 0 } },
	{ SYS_preadv2, { TRANSFER_PARTS, READ, 0, 0 } },
	{ SYS_pwritev2, { TRANSFER_PARTS, WRITE, 0, 0 } },
	{ SYS_recvfrom, { TRANSFER_BUFFER, READ, 1, 0 } },
	{ SYS_sendto, { TRANSFER_BUFFER, WRITE, 1, 0 } },
	{ SYS_recvmsg, { TRANSFER_MESSAGE, READ, 0, 0 } },
	{ SYS_sendmsg, { TRANSFER_MESSAGE, WRITE, 0, 0 } },
	{ SYS_recvmmsg, { TRANSFER_MESSAGES, READ, 0, 0 } },
	{ SYS_sendmmsg, { TRANSFER_MESSAGES, WRITE, 0, 0 } },
	{ SYS_sendfile, { TRANSFER_UNSEEN, WRITE, 0, 0 } },
	{ SYS_splice, { TRANSFER_UNSEEN, READ, 0, 1 } },
};

static const unsigned long closing[] = {
	SYS_close, SYS_close_range, SYS_dup3, SYS_shutdown,
#ifdef SYS_dup2
	SYS_dup2,
#endif
};

static struct transfer_call transfer_by_name(unsigned long number)
{
	for (int i = 0; i < COUNT(transfers); i++)
		if (transfers[i].number == number)
			return transfers[i].call;
	return (struct transfer_call){};
}

static int closes_by_name(unsigned long number)
{
	for (int i = 0; i < COUNT(closing); i++)
		if (closing[i] == number)
			return 1;
	return 0;
}

static void system_calls(void)
{
	for (unsigned long number = 0; number < 1024; number++) {
		struct transfer_call named = transfer_by_name(number), known = transfer_of(number);
		int writes = named.transfer != TRANSFER_NONE && named.direction == WRITE, closes = closes_by_name(number);
		char detail[24];

		snprintf(detail, sizeof(detail), "of %lu", number);
		check(!memcmp(&named, &known, sizeof(named)), "transfer_of", detail);
		check(named.transfer == TRANSFER_NONE || may_transfer(number), "may_transfer", detail);
		check(begins_write(number) == writes, "begins_write", detail);
		check(may_end(number) == closes, "may_end", detail);
		check(is_followed_at_entry(number) == (writes || closes), "is_followed_at_entry", detail);
	}
	check(!may_transfer(~0UL) && !is_followed_at_entry(~0UL), "system calls", "a number that is none");
}

#endif
