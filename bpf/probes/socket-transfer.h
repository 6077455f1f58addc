/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Where the bytes are that a system call has moved. */
#ifndef MASTHEAD_PROBES_SOCKET_TRANSFER_H
#define MASTHEAD_PROBES_SOCKET_TRANSFER_H

#include "socket-file.h"
#include "system-call-numbers.h"
#include "../lib/follow.h"

#define FLAGS_NOT_TAKEN	0x2003	/* MSG_PEEK, MSG_OOB, MSG_ERRQUEUE: these bytes are not of the stream, or come again */
#define FLAG_TRUNCATE	0x20	/* MSG_TRUNC: TCP does not copy them, and the buffer holds what it held; a Unix socket does */

/* Where the call's bytes are, noted in a claimed work area. 0: they are not of the stream. */
static __always_inline int place_bytes(struct work *w, struct pt_regs *regs, struct transfer_call call, __u32 returned,
				       const struct socket_file *s)
{
	__u64 second = ARGUMENT_2(regs), third = ARGUMENT_3(regs), fourth = SYSCALL_4(regs);
	__u32 flags = call.transfer == TRANSFER_MESSAGE ? third : call.transfer == TRANSFER_MESSAGES || call.has_flags ? fourth : 0;

	if (call.direction == READ && (flags & FLAGS_NOT_TAKEN))
		return 0;
	w->discarded = call.direction == READ && (flags & FLAG_TRUNCATE) && s->family != AF_UNIX;
	w->user = 0;
	w->size = w->earlier = w->left = w->messages_left = 0;
	switch (call.transfer) {
	case TRANSFER_BUFFER:
		w->size = returned;
		w->user = w->discarded ? 0 : second;
		return 1;
	case TRANSFER_PARTS:
		w->left = returned;
		place_parts(w, second, third);
		return 1;
	case TRANSFER_MESSAGE:
		w->left = returned;
		return read_message(w, second);
	case TRANSFER_MESSAGES:
		w->messages = second;
		w->messages_left = returned;
		return 1;
	default:
		w->size = returned;
		return 1;
	}
}

#endif
