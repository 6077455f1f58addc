/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The last descriptor that a process has of a socket is closed, by whatever system call: its connection ends. So does that of the TLS object whose
 * ciphertext it carried, where that is known: some programs free the object when they collect garbage, minutes later.
 */
#ifndef MASTHEAD_PROBES_SOCKET_CLOSE_H
#define MASTHEAD_PROBES_SOCKET_CLOSE_H

#include "carried-connection.h"
#include "left-connection.h"
#include "socket-held.h"
#include "socket-strange.h"
#include "socket-transfer.h"

/* By itself: it is called from several places. first, last: the descriptors that are closed with it. */
verified_alone int close_socket(__u64 descriptor, __u32 first, __u32 last)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .process = task->tgid };
	struct connection *c, *carried;
	struct socket_file s;
	__u64 object = 0, id = 0;
	int is_last;
	__u8 reason;

	if (!find_socket(task, descriptor, &s))
		return 0;
	key.ssl = s.inode | SOCKET_HANDLE;
	is_last = is_last_reference(s.file);
	if (!is_last && ((!find_connection(&key) && !bpf_map_lookup_elem(&strange_sockets, &key)) ||
			 has_other_descriptor(descriptor, s.inode, first, last)))
		return 0;
	carried = carried_connection(&key);
	if (carried) {
		id = carried->id;
		object = carried->key.ssl;
	}
	if (forget_strange(&key)) {
		if (!object || !is_last)	/* where another has the socket, the library may go on with it, and what it does is seen */
			return 0;
		key.ssl = object;
	}
	c = claim_connection(&key);
	if (!c)
		return 0;
	if (key.ssl == object && c->id != id) {	/* the object was freed meanwhile, and its address is another one's */
		release(&c->busy);
		return 0;
	}
	reason = reason_of_close(c, &s);
	if (key.ssl != object)
		look_for_missed_response(c, &s);
	if (!is_last && may_send(&s))	/* another process, or a call that has not returned, has it: what comes yet is not seen */
		miss_both(c);
	end_measured_connection(c, &key, reason);
	return 0;
}

/* dup2 and dup3 close what they put the duplicate over (Java's old sockets are closed so). */
static __always_inline void close_by_duplicate(__u64 from, __u64 over)
{
	if ((__u32)from != (__u32)over && file_of(bpf_get_current_task_btf(), (__u32)from))
		close_socket(over, over, over);
}

#define CLOSE_RANGE_MOST 65536	/* descriptors that are looked at */

struct descriptor_range {
	__u32 first, last;
};

static long close_step(__u32 index, struct descriptor_range *range)
{
	if (!has_sockets(bpf_get_current_task_btf()->tgid))
		return 1;
	close_socket(range->first + index, range->first, range->last);
	return 0;
}

/* With flags nothing is closed yet, or not of this table. */
static __always_inline void close_range(__u64 first, __u64 last, __u64 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct descriptor_range range = { .first = first, .last = last };
	__u32 end, more;

	if ((__u32)flags)
		return;
	end = task->files->fdt->max_fds;
	if (range.last >= end)
		range.last = end - 1;
	if (range.first > range.last)
		return;
	more = range.last - range.first;
	bpf_loop(more < CLOSE_RANGE_MOST ? more + 1 : CLOSE_RANGE_MOST, close_step, &range, 0);
}

enum { END_OF_WRITING = 1, END_OF_BOTH = 2 };	/* SHUT_WR, SHUT_RDWR */

/*
 * The process ends its side of a connection. Where the peer's stands, what ends it then is no one but this: a server that waits for its client to end, too, before it closes,
 * has not been left. By itself, as close_socket() is.
 */
verified_alone int note_shutdown(__u64 descriptor)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .process = task->tgid };
	struct connection *c;
	struct socket_file s;

	if (!find_socket(task, descriptor, &s) || has_peer_ended(&s))
		return 0;
	key.ssl = s.inode | SOCKET_HANDLE;
	c = find_connection(&key);
	if (!c)
		c = carried_connection(&key);
	if (c && (c->key.ssl & SOCKET_HANDLE || !(ended_sides(c) & TLS_SHUTDOWN_RECEIVED)))	/* else the peer has ended TLS */
		c->ended_here = 1;
	return 0;
}

/* A process that has sockets is about to close a descriptor, or several, or to end its side of a connection. */
SEC("?tp_btf/sys_enter")
int socket_close_entry(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];

	switch (arguments[1]) {
	case NUMBER_CLOSE:
		close_socket(ARGUMENT_1(regs), ARGUMENT_1(regs), ARGUMENT_1(regs));
		break;
	case NUMBER_CLOSE_RANGE:
		close_range(ARGUMENT_1(regs), ARGUMENT_2(regs), ARGUMENT_3(regs));
		break;
	case NUMBER_SHUTDOWN:
		if ((__u32)ARGUMENT_2(regs) == END_OF_WRITING || (__u32)ARGUMENT_2(regs) == END_OF_BOTH)
			note_shutdown(ARGUMENT_1(regs));
		break;
	default:
		close_by_duplicate(ARGUMENT_1(regs), ARGUMENT_2(regs));
	}
	return 0;
}

#endif
