/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Is this process one that some policy asks about? Judged in the kernel, so that one that lives 20 ms counts too. */
#ifndef MASTHEAD_PROBES_TARGET_H
#define MASTHEAD_PROBES_TARGET_H

#include "../lib/connection-end.h"
#include "../kernel/types.h"

static __always_inline void read_executable(struct task_struct *task, __u64 *device, __u64 *inode)
{
	struct inode *i = BPF_CORE_READ(task, mm, exe_file, f_inode);

	*inode = BPF_CORE_READ(i, i_ino);
	*device = BPF_CORE_READ(i, i_sb, s_dev);
}

static __always_inline struct process *process_of(__u32 id)
{
	struct process *known = bpf_map_lookup_elem(&processes, &id), fresh = {};

	if (known)
		return known;
	read_executable((struct task_struct *)bpf_get_current_task(), &fresh.device, &fresh.inode);
	bpf_map_update_elem(&processes, &id, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, &id);
}

/* The process, where some policy may want what it does; NULL where none can. */
static __always_inline struct process *target_process(__u32 id)
{
	__u32 first = 0, slot;
	struct active_tables *now = bpf_map_lookup_elem(&active, &first);
	struct slot_config *config;
	struct process *process;

	if (!now || !now->generation || bpf_map_lookup_elem(&excluded_processes, &id))
		return 0;
	process = process_of(id);
	if (!process) {
		count(COUNTER_HELPER_FAILED);
		return 0;
	}
	if (process->generation != now->generation) {
		slot = now->slot;
		config = bpf_map_lookup_elem(&slots, &slot);
		if (!config)
			return 0;
		process->items = items_of_executable(slot, config, process->device, process->inode);
		process->generation = config->generation;
	}
	return process->items || process->connections ? process : 0;
}

#endif
