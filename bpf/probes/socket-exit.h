/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A process ends with sockets open: the last that can be asked of them. */
#ifndef MASTHEAD_PROBES_SOCKET_EXIT_H
#define MASTHEAD_PROBES_SOCKET_EXIT_H

#include "socket-sequence.h"

#define EXIT_DESCRIPTORS_MOST 65536	/* that are looked at */

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
