/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The life of processes: what they leave behind is removed here, and user space hears of new programs at once. */
#ifndef MASTHEAD_PROBES_PROCESS_H
#define MASTHEAD_PROBES_PROCESS_H

#include "socket-exit.h"
#include "target.h"

struct process_report {
	struct record_process process;
	char file[RECORD_FILE_MAX];
};

/* Its number may become another's, who may be a target. */
static __always_inline void forget_bystander(__u32 id)
{
	volatile __u64 *cell = bystander_cell(id);

	if (cell && (__u32)*cell == id)
		*cell = 0;
}

static __always_inline void clear_thread_cell(__u32 cell, __u64 number)
{
	if (*thread_cell_at(cell) >> GENERATION_BITS == number >> GENERATION_BITS)
		*thread_cell_at(cell) = 0;
}

/* Its stack in the kernel was another thread's before, or it runs another program now. */
static __always_inline void forget_bystander_thread(struct task_struct *task)
{
	__u64 number = thread_number((void *)bpf_task_pt_regs(task));
	__u32 cell = thread_cell(number);

	clear_thread_cell(cell, number);
	clear_thread_cell(cell ^ 1, number);
}

/* By itself, since its record is large. file_name: an address in the kernel. */
verified_alone int report_exec(__u64 file_name)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_report report = {};
	struct record_process *p = &report.process;
	struct executable executable;
	long length;

	describe_process(task, p, RECORD_PROCESS_EXEC);
	read_executable(task, &executable);
	p->executable_device = executable.device;
	p->executable_inode = executable.inode;
	p->cgroup = bpf_get_current_cgroup_id();
	length = bpf_probe_read_kernel_str(report.file, sizeof(report.file), (void *)file_name);
	if (length > 0)
		p->file_length = length - 1;
	p->header.size = sizeof(*p) + p->file_length;
	if (send_record(&report, at_most(p->header.size, sizeof(report))))
		count(COUNTER_RECORDS_DROPPED);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int process_exec(__u64 *arguments)
{
	struct task_struct *task = (void *)arguments[0];
	struct linux_binprm *program = (void *)arguments[2];

	forget_process(task->tgid, 1);
	forget_bystander(task->tgid);
	forget_bystander_thread(task);
	bpf_task_storage_delete(&threads, task);
	return report_exec((__u64)BPF_CORE_READ(program, filename));
}

SEC("tp_btf/sched_process_exit")
int process_exit(__u64 *arguments)
{
	struct task_struct *task = (void *)arguments[0];
	struct record_process p = {};
	__u32 id = task->tgid;

	if (task->signal->live.counter)
		return 0;
	if (has_sockets(id))
		look_at_sockets_left();
	forget_process(id, 0);
	forget_bystander(id);
	bpf_map_delete_elem(&excluded_processes, &id);
	describe_process(task, &p, RECORD_PROCESS_EXIT);
	p.header.size = sizeof(p);
	if (send_record(&p, sizeof(p)))
		count(COUNTER_RECORDS_DROPPED);
	return 0;
}

/* Children of what is excluded are excluded, before they run. */
SEC("tp_btf/sched_process_fork")
int process_fork(__u64 *arguments)
{
	struct task_struct *parent = (void *)arguments[0], *child = (void *)arguments[1];
	__u32 from = parent->tgid, to = child->tgid;
	__u8 yes = 1;

	forget_bystander_thread(child);
	if (from != to && bpf_map_lookup_elem(&excluded_processes, &from) &&
	    bpf_map_update_elem(&excluded_processes, &to, &yes, BPF_ANY))
		count(COUNTER_HELPER_FAILED);
	return 0;
}

#endif
