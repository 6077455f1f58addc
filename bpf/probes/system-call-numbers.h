/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which system calls move bytes of a descriptor, and how; and which close one. By number, of this architecture. */
#ifndef MASTHEAD_PROBES_SYSTEM_CALL_NUMBERS_H
#define MASTHEAD_PROBES_SYSTEM_CALL_NUMBERS_H

#include "../lib/connection.h"

/* How a system call names the bytes that it moves. */
enum transfer {
	TRANSFER_NONE,
	TRANSFER_BUFFER,	/* (fd, buffer, length) */
	TRANSFER_PARTS,		/* (fd, struct iovec *, count) */
	TRANSFER_MESSAGE,	/* (fd, struct msghdr *, flags) */
	TRANSFER_MESSAGES,	/* (fd, struct mmsghdr *, count): returns how many messages */
	TRANSFER_UNSEEN,	/* sendfile, splice: the bytes are never in the process */
};

struct transfer_call {
	__u8 transfer;
	__u8 direction;
	__u8 has_flags;	/* a recvfrom or sendto: its fourth argument is flags */
	__u8 fd_third;	/* splice: the third argument is the descriptor that takes the bytes */
};

#define NUMBER_CLOSE_RANGE 436

#if defined(__TARGET_ARCH_x86)
#define NUMBER_CLOSE 3
#define NUMBER_DUP2 33
#define NUMBER_DUP3 292
#define NUMBER_SHUTDOWN 48
#define LAST_TRANSFER 328
static __always_inline struct transfer_call transfer_of(unsigned long number)
{
	switch (number) {
	case 0: return (struct transfer_call){ TRANSFER_BUFFER, READ, 0, 0 };
	case 1: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 0, 0 };
	case 19: return (struct transfer_call){ TRANSFER_PARTS, READ, 0, 0 };
	case 20: return (struct transfer_call){ TRANSFER_PARTS, WRITE, 0, 0 };
	case 40: return (struct transfer_call){ TRANSFER_UNSEEN, WRITE, 0, 0 };
	case 44: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 1, 0 };
	case 45: return (struct transfer_call){ TRANSFER_BUFFER, READ, 1, 0 };
	case 46: return (struct transfer_call){ TRANSFER_MESSAGE, WRITE, 0, 0 };
	case 47: return (struct transfer_call){ TRANSFER_MESSAGE, READ, 0, 0 };
	case 275: return (struct transfer_call){ TRANSFER_UNSEEN, READ, 0, 1 };
	case 299: return (struct transfer_call){ TRANSFER_MESSAGES, READ, 0, 0 };
	case 307: return (struct transfer_call){ TRANSFER_MESSAGES, WRITE, 0, 0 };
	case 327: return (struct transfer_call){ TRANSFER_PARTS, READ, 0, 0 };	/* preadv2 and pwritev2, which sockets take without an offset */
	case 328: return (struct transfer_call){ TRANSFER_PARTS, WRITE, 0, 0 };
	default: return (struct transfer_call){};
	}
}

/* All that move bytes, and some of the seldom ones beside them. */
#define OFTEN_TRANSFERS (1ULL << 0 | 1ULL << 1 | 1ULL << 19 | 1ULL << 20 | 1ULL << 40 | 0xfULL << 44)
#define MAY_TRANSFER(number) ((number) < 64 ? OFTEN_TRANSFERS >> (number) & 1 : (number) >= 275 && (number) <= LAST_TRANSFER)
/* Those that write, and those that close a descriptor or end a side of a connection. */
#define OFTEN_AT_ENTRY (1ULL << 1 | 1ULL << NUMBER_CLOSE | 1ULL << 20 | 1ULL << NUMBER_DUP2 | 1ULL << 40 | 1ULL << 44 | 1ULL << 46 | \
	1ULL << NUMBER_SHUTDOWN)
#define IS_AT_ENTRY(number) ((number) < 64 ? OFTEN_AT_ENTRY >> (number) & 1 : \
	(number) == NUMBER_DUP3 || (number) == 307 || (number) == 328 || (number) == NUMBER_CLOSE_RANGE)
#define COMPAT_CALL 2	/* TS_COMPAT: the number is one of 32-bit programs, which are not followed */
#define IS_COMPAT(task) ((task)->thread_info.status & COMPAT_CALL)
#else
#define NUMBER_CLOSE 57
#define NUMBER_DUP2 24	/* there is dup3 only */
#define NUMBER_DUP3 24
#define NUMBER_SHUTDOWN 210
#define LAST_TRANSFER 287
static __always_inline struct transfer_call transfer_of(unsigned long number)
{
	switch (number) {
	case 63: return (struct transfer_call){ TRANSFER_BUFFER, READ, 0, 0 };
	case 64: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 0, 0 };
	case 65: return (struct transfer_call){ TRANSFER_PARTS, READ, 0, 0 };
	case 66: return (struct transfer_call){ TRANSFER_PARTS, WRITE, 0, 0 };
	case 71: return (struct transfer_call){ TRANSFER_UNSEEN, WRITE, 0, 0 };
	case 76: return (struct transfer_call){ TRANSFER_UNSEEN, READ, 0, 1 };
	case 206: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 1, 0 };
	case 207: return (struct transfer_call){ TRANSFER_BUFFER, READ, 1, 0 };
	case 211: return (struct transfer_call){ TRANSFER_MESSAGE, WRITE, 0, 0 };
	case 212: return (struct transfer_call){ TRANSFER_MESSAGE, READ, 0, 0 };
	case 243: return (struct transfer_call){ TRANSFER_MESSAGES, READ, 0, 0 };
	case 269: return (struct transfer_call){ TRANSFER_MESSAGES, WRITE, 0, 0 };
	case 286: return (struct transfer_call){ TRANSFER_PARTS, READ, 0, 0 };	/* preadv2 and pwritev2, which sockets take without an offset */
	case 287: return (struct transfer_call){ TRANSFER_PARTS, WRITE, 0, 0 };
	default: return (struct transfer_call){};
	}
}

#define MAY_TRANSFER(number) (((number) >= 63 && (number) <= 76) || ((number) >= 206 && (number) <= LAST_TRANSFER))
#define IS_AT_ENTRY(number) (begins_write(number) || may_end(number))
#define COMPAT_THREAD (1 << 22)	/* TIF_32BIT: the numbers are those of 32-bit programs, which are not followed */
#define IS_COMPAT(task) ((task)->thread_info.flags & COMPAT_THREAD)
#endif

/* Is it worth a look at whose call it is? Most calls of a host are told apart by this. */
static __always_inline int may_transfer(unsigned long number)
{
	return MAY_TRANSFER(number);
}

/* Not of `splice`: whether it writes to a socket is seen when it has returned. */
static __always_inline int begins_write(unsigned long number)
{
	struct transfer_call call = transfer_of(number);

	return call.transfer != TRANSFER_NONE && call.direction == WRITE;
}

static __always_inline int may_end(unsigned long number)
{
	return number == NUMBER_CLOSE || number == NUMBER_DUP2 || number == NUMBER_DUP3 || number == NUMBER_CLOSE_RANGE ||
	       number == NUMBER_SHUTDOWN;
}

static __always_inline int is_followed_at_entry(unsigned long number)
{
	return IS_AT_ENTRY(number);
}

#endif
