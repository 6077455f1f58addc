/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * A process ends with sockets open. What it owes there was sent by another process, which it waited for, or will be, where one has the socket:
 * that is a response that nobody saw, and none that is missing.
 */
#ifndef MASTHEAD_PROBES_SOCKET_EXIT_H
#define MASTHEAD_PROBES_SOCKET_EXIT_H

#include "carried-connection.h"
#include "socket-held.h"
#include "socket-sequence.h"

#define EXIT_DESCRIPTORS_MOST 65536	/* that are looked at */

/* Has another process the socket? Of one that has a duplicate of its own nobody knows. */
static __always_inline int has_another_process(const struct socket_file *s)
{
	return !is_last_reference(s->file) && !has_other_descriptor(s->descriptor, s->inode, s->descriptor, s->descriptor);
}

static long look_at_descriptor(__u32 descriptor, void *unused)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .process = task->tgid };
	struct connection *c;
	struct socket_file s;

	(void)unused;
	if (!find_socket(task, descriptor, &s))
		return 0;
	key.ssl = s.inode | SOCKET_HANDLE;
	c = find_connection(&key);
	if (c)
		look_for_missed_response(c, &s);
	else
		c = carried_connection(&key);
	if (c && may_send(&s) && has_another_process(&s))
		miss_both(c);
	return 0;
}

/* By itself, for its stack. Its files are closed after this (do_exit of Linux 6.1 and 6.18). */
verified_alone int look_at_sockets_left(void)
{
	__u32 most = bpf_get_current_task_btf()->files->fdt->max_fds;

	bpf_loop(most < EXIT_DESCRIPTORS_MOST ? most : EXIT_DESCRIPTORS_MOST, look_at_descriptor, 0, 0);
	return 0;
}

#endif
