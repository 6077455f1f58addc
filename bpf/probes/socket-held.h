/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Does the process keep a socket of which it closes a descriptor, or some? */
#ifndef MASTHEAD_PROBES_SOCKET_HELD_H
#define MASTHEAD_PROBES_SOCKET_HELD_H

#include "socket-file.h"

#define DESCRIPTORS_A_STEP	8
#define DESCRIPTORS_MOST	65536	/* that are looked at; with more, the socket counts as kept */

struct descriptor_search {
	struct file **table;
	struct file *file;
	__u32 first, last;	/* the descriptors that are closed */
	__u32 found;
	__u32 reserved;
};

static long search_step(__u32 index, struct descriptor_search *search)
{
	__u32 first = index * DESCRIPTORS_A_STEP;
	struct file *files[DESCRIPTORS_A_STEP];

	if (bpf_probe_read_kernel(files, sizeof(files), search->table + first)) {
		search->found = 1;
		return 1;
	}
#pragma unroll
	for (__u32 i = 0; i < DESCRIPTORS_A_STEP; i++)
		if (files[i] == search->file && (first + i < search->first || first + i > search->last))
			search->found = 1;
	return search->found != 0;
}

/*
 * By itself, for its stack. Of the socket behind `descriptor`, with this inode's number; first, last: the descriptors of the current process that
 * are closed. A socket that is no longer there counts as kept: another thread was faster.
 */
verified_alone int has_other_descriptor(__u32 descriptor, __u64 inode, __u32 first, __u32 last)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *table = task->files->fdt;
	struct descriptor_search search = { .table = table->fd, .first = first, .last = last };
	__u32 most = table->max_fds;
	struct socket_file s;

	if (most > DESCRIPTORS_MOST || !find_socket(task, descriptor, &s) || s.inode != inode)
		return 1;
	search.file = s.file;
	bpf_loop(most / DESCRIPTORS_A_STEP, search_step, &search, 0);	/* the table's size is a multiple of 64 */
	return search.found;
}

#endif
