/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Is this process one that some policy asks about? Judged in the kernel, so that one that lives 20 ms counts too. */
#ifndef MASTHEAD_PROBES_TARGET_H
#define MASTHEAD_PROBES_TARGET_H

#include "../lib/connection-end.h"
#include "../kernel/types.h"

static __always_inline void read_executable(struct task_struct *task, struct executable *e)
{
	struct inode *i = BPF_CORE_READ(task, mm, exe_file, f_inode);

	e->inode = BPF_CORE_READ(i, i_ino);
	e->device = BPF_CORE_READ(i, i_sb, s_dev);
}

static __always_inline struct process *process_of(__u32 id)
{
	struct process *known = bpf_map_lookup_elem(&processes, &id), fresh = {};

	if (known)
		return known;
	read_executable((struct task_struct *)bpf_get_current_task(), &fresh.executable);
	bpf_map_update_elem(&processes, &id, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, &id);
}

/* Looks up whether some policy may want what the process does, and remembers it with the thread where one does. */
verified_alone int judge_process(struct thread *thread, __u32 id, __u32 generation, __u32 slot, __u32 exclusions_now)
{
	struct slot_config *config = bpf_map_lookup_elem(&slots, &slot);
	struct process *process;

	if (!thread)
		return 0;
	thread->generation = 0;
	if (!config || bpf_map_lookup_elem(&excluded_processes, &id))
		return 0;
	process = process_of(id);
	if (!process) {
		count(COUNTER_HELPER_FAILED);
		return 0;
	}
	if (process->generation != generation) {
		process->items = items_of_executable(slot, config, &process->executable);
		process->generation = config->generation;
	}
	thread->executable = process->executable;
	if (!process->items)
		return process->connections != 0;	/* until they have ended */
	thread->exclusions = exclusions_now;
	thread->generation = generation;
	return 1;
}

/* Is the thread's process one that some policy may want to see? */
static __always_inline int is_target(struct thread *thread, __u32 id)
{
	__u32 first = 0, exclusions_now, generation;
	struct active_tables *now = bpf_map_lookup_elem(&active, &first);
	__u32 *excluded = bpf_map_lookup_elem(&exclusions, &first);

	if (!now || !excluded)
		return 0;
	generation = now->generation;
	exclusions_now = *excluded;
	if (!generation)
		return 0;
	if (thread->generation == generation && thread->exclusions == exclusions_now)
		return 1;
	return judge_process(thread, id, generation, now->slot, exclusions_now);
}

#endif
