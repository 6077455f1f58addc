/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What user space is told of a process. */
#ifndef MASTHEAD_PROBES_PROCESS_REPORT_H
#define MASTHEAD_PROBES_PROCESS_REPORT_H

#include "../lib/connection-end.h"
#include "../kernel/types.h"

static __always_inline void describe_process(struct task_struct *task, struct record_process *p, __u16 kind)
{
	p->header.kind = kind;
	p->header.time_ns = bpf_ktime_get_ns();
	p->header.pid = task->tgid;
	p->start_ns = task->group_leader->start_time;
	p->parent_pid = task->real_parent->tgid;
	BPF_CORE_READ_INTO(&p->command, task, group_leader, comm);
}

#define NO_EXECVE 0x40	/* PF_FORKNOEXEC; threads have it too, so the process's first one tells */

/*
 * The current process makes its first call as a target. A child of a server that serves one connection has no execve of its own, and may be gone
 * when user space looks: so what it runs is told before what it does. By itself, since its record is large.
 */
verified_alone int report_target(__u64 device, __u64 inode)
{
	struct record_process p = { .executable_device = device, .executable_inode = inode };
	struct task_struct *task = bpf_get_current_task_btf();

	if (!(task->group_leader->flags & NO_EXECVE))
		return 0;
	describe_process(task, &p, RECORD_PROCESS_TARGET);
	p.cgroup = bpf_get_current_cgroup_id();
	p.header.size = sizeof(p);
	if (send_record(&p, sizeof(p)))
		count(COUNTER_RECORDS_DROPPED);
	return 0;
}

#endif
