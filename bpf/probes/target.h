/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Is this process one that some policy asks about? Judged in the kernel, so that one that lives 20 ms counts too. */
#ifndef MASTHEAD_PROBES_TARGET_H
#define MASTHEAD_PROBES_TARGET_H

#include "process-report.h"
#include "../maps/bystanders.h"

static __always_inline void read_executable(struct task_struct *task, struct executable *e)
{
	struct inode *i = BPF_CORE_READ(task, mm, exe_file, f_inode);

	e->inode = BPF_CORE_READ(i, i_ino);
	e->device = BPF_CORE_READ(i, i_sb, s_dev);
}

/* Remembers a target. NULL where there is no room. */
static __always_inline struct process *remember_process(__u32 id, const struct executable *executable)
{
	struct process fresh = { .executable = *executable };

	if (!bpf_map_update_elem(&processes, &id, &fresh, BPF_NOEXIST))
		report_target(executable->device, executable->inode);
	return bpf_map_lookup_elem(&processes, &id);
}

enum verdict { NO_TARGET, TARGET_FOR_NOW, TARGET, NO_ROOM_FOR_TARGET };

/*
 * Does some policy want what the process does? TARGET_FOR_NOW: until its connections have ended. Only of targets something is
 * remembered in `processes`: a host has more processes than that has room for.
 */
verified_alone int judge_process(__u32 id, __u32 generation, __u32 slot)
{
	struct slot_config *config = bpf_map_lookup_elem(&slots, &slot);
	struct process *process = bpf_map_lookup_elem(&processes, &id);
	struct executable executable = {};
	__u64 items;
	__u32 wants;

	if (!config || bpf_map_lookup_elem(&excluded_processes, &id))
		return NO_TARGET;
	if (process && process->generation == generation)
		return process->items ? TARGET : process->connections ? TARGET_FOR_NOW : NO_TARGET;
	if (process)
		executable = process->executable;
	else
		read_executable((struct task_struct *)bpf_get_current_task(), &executable);
	items = items_of_executable(slot, config, &executable);
	wants = timings_of(config, items);	/* of a suspended one too: its threads go on counting the requests that they have open */
	if (config->suspended && is_suspended(slot, &executable))
		items = 0;
	if (!process && items)
		process = remember_process(id, &executable);
	if (!process) {
		if (items)
			count(COUNTER_HELPER_FAILED);
		return items ? NO_ROOM_FOR_TARGET : NO_TARGET;
	}
	process->items = items;
	process->wants = wants;
	process->generation = config->generation;
	return items ? TARGET : process->connections ? TARGET_FOR_NOW : NO_TARGET;
}

/* Is it a thread of a known bystander, in a system call? No helper is called: it is for what most programs of a host do most. */
static __always_inline int is_known_bystander(const struct pt_regs *registers)
{
	__u64 number = thread_number(registers), word = thread_word(number, active.generation);
	__u32 cell = thread_cell(number);

	return *thread_cell_at(cell) == word || *thread_cell_at(cell ^ 1) == word;
}

/* Has this process any socket that something is remembered of? Most have none, and are told apart by this. */
static __always_inline int has_sockets(__u32 id)
{
	struct process *process = bpf_map_lookup_elem(&processes, &id);

	return process && (process->connections || process->strange_sockets);
}

/*
 * What was found of a process as of this generation, that it is a bystander, holds for this thread of it, from now on in each of its system calls.
 * One that was a target may have sockets left that something is remembered of: its calls that close some are still looked at.
 */
static __always_inline void remember_bystander(const struct pt_regs *registers, __u32 id, __u32 generation)
{
	__u64 number = thread_number(registers);
	volatile __u64 *of_process = bystander_cell(id);
	__u32 cell = thread_cell(number);

	if (!of_process || *of_process != bystander_word(id, generation) || has_sockets(id))
		return;
	if (!((*thread_cell_at(cell) ^ generation) & GENERATION_MASK))	/* it holds for another, as of this generation */
		cell ^= 1;
	*thread_cell_at(cell) = thread_word(number, generation);
}

/*
 * Is the process of this thread a target? *thread is what is remembered of it: NULL where there was no memory for that, and
 * left as it was where the answer is no. Bystanders come first: what is remembered of a thread costs a call of a helper, an
 * entry of an array does not.
 */
static __always_inline int is_target(struct task_struct *task, __u32 id, struct thread **thread)
{
	struct active_tables now = active_now();
	__u32 first = 0, generation = now.generation, exclusions_now;
	__u32 *excluded = bpf_map_lookup_elem(&exclusions, &first);
	volatile __u64 *cell = bystander_cell(id);
	struct process *process;
	struct thread *known;
	__u64 exec_id;
	int verdict;

	if (!excluded || !cell)
		return 0;
	exclusions_now = *excluded;
	if (*cell == bystander_word(id, generation))
		return 0;
	exec_id = task->self_exec_id;
	known = bpf_task_storage_get(&threads, task, 0, 0);
	*thread = known;
	if (known && known->generation == generation && known->exclusions == exclusions_now && known->exec_id == exec_id)
		return 1;
	if (known)
		known->generation = 0;
	if (known && known->exec_id != exec_id)
		known->cold_bytes = 0;
	verdict = generation ? judge_process(id, generation, now.slot) : NO_TARGET;	/* 0: no policy yet */
	if (verdict == NO_ROOM_FOR_TARGET)
		return 0;
	if (verdict == NO_TARGET) {
		*cell = bystander_word(id, generation);
		if (known)
			known->write_begun_ns = 0;	/* of its writes from now on nobody notes that */
		return 0;
	}
	if (!known)
		known = bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	*thread = known;
	process = bpf_map_lookup_elem(&processes, &id);
	if (!known || !process)
		return 1;
	known->executable = process->executable;
	known->wants = process->wants;
	known->exclusions = exclusions_now;
	known->exec_id = exec_id;
	if (verdict == TARGET)
		known->generation = generation;
	return 1;
}

#endif
