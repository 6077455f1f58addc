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

enum verdict { NO_TARGET, TARGET_FOR_NOW, TARGET };

/* Does some policy want what the process does? TARGET_FOR_NOW: until its connections have ended. */
verified_alone int judge_process(__u32 id, __u32 generation, __u32 slot)
{
	struct slot_config *config = bpf_map_lookup_elem(&slots, &slot);
	struct process *process;

	if (!config || bpf_map_lookup_elem(&excluded_processes, &id))
		return NO_TARGET;
	process = process_of(id);
	if (!process) {
		count(COUNTER_HELPER_FAILED);
		return NO_TARGET;
	}
	if (process->generation != generation) {
		process->items = config->suspended && is_suspended(slot, &process->executable) ?
			0 : items_of_executable(slot, config, &process->executable);
		process->generation = config->generation;
	}
	return process->items ? TARGET : process->connections ? TARGET_FOR_NOW : NO_TARGET;
}

/* Is the process of this thread a target? *thread is what is remembered of it: NULL where there was no memory for that. */
static __always_inline int is_target(struct task_struct *task, __u32 id, struct thread **thread)
{
	__u32 first = 0, generation, exclusions_now;
	struct active_tables *now = bpf_map_lookup_elem(&active, &first);
	__u32 *excluded = bpf_map_lookup_elem(&exclusions, &first);
	__u64 exec_id = task->self_exec_id;
	struct bystander *cell;
	struct process *process;
	struct thread *known;
	int verdict;

	if (!now || !excluded)
		return 0;
	generation = now->generation;
	exclusions_now = *excluded;
	if (!generation)
		return 0;
	known = bpf_task_storage_get(&threads, task, 0, 0);
	*thread = known;
	if (known && known->generation == generation && known->exclusions == exclusions_now && known->exec_id == exec_id)
		return 1;
	if (known)
		known->generation = 0;
	cell = bystander_cell(id);
	if (!cell || (cell->process == id && cell->generation == generation && cell->exclusions == exclusions_now))
		return 0;
	verdict = judge_process(id, generation, now->slot);
	if (verdict == NO_TARGET) {
		cell->process = 0;
		cell->generation = generation;
		cell->exclusions = exclusions_now;
		cell->process = id;
		return 0;
	}
	if (!known)
		known = bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	*thread = known;
	process = bpf_map_lookup_elem(&processes, &id);
	if (!known || !process)
		return 1;
	known->executable = process->executable;
	known->exclusions = exclusions_now;
	known->exec_id = exec_id;
	if (verdict == TARGET)
		known->generation = generation;
	return 1;
}

#endif
