/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The fields of kernel structures that are read, and no others: CO-RE relocates them to where the running kernel has
 * them, so that the object builds without BTF and without a generated vmlinux.h.
 */
#ifndef MASTHEAD_KERNEL_TYPES_H
#define MASTHEAD_KERNEL_TYPES_H

#include <linux/types.h>

#define relocated __attribute__((preserve_access_index))

struct super_block {
	__u32 s_dev;
} relocated;

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
} relocated;

typedef struct {
	__s64 counter;
} atomic64_t;

typedef struct {
	atomic64_t refcnt;
} file_ref_t;

struct file {
	struct inode *f_inode;
	void *private_data;
	unsigned int f_flags;
	file_ref_t f_ref;	/* since Linux 6.13: references beyond the first */
} relocated;

struct file___before_6_13 {
	atomic64_t f_count;	/* references */
} relocated;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} relocated;

struct files_struct {
	struct fdtable *fdt;
} relocated;

struct mm_struct {
	struct file *exe_file;
} relocated;

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
} relocated;

struct thread_info {
	unsigned long flags;
	__u32 status;	/* x86 */
} relocated;

struct rq {
	__u64 clock;
	__u64 clock_task;
} relocated;

struct cfs_rq {
	struct rq *rq;
} relocated;

struct sched_entity {
	__u64 exec_start;
	__u64 sum_exec_runtime;
	struct cfs_rq *cfs_rq;	/* with CONFIG_FAIR_GROUP_SCHED, and so has cfs_rq its rq */
} relocated;

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int pid;
	int tgid;
	struct mm_struct *mm;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct signal_struct *signal;
	struct files_struct *files;
	__u64 start_time;
	__u64 self_exec_id;	/* another one after each exec */
	struct sched_entity se;
	char comm[16];
} relocated;

struct linux_binprm {
	const char *filename;
} relocated;

struct in6_addr_bytes {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr_bytes skc_v6_daddr;
	struct in6_addr_bytes skc_v6_rcv_saddr;
} relocated;

struct sock;

struct socket {
	struct file *file;
	struct sock *sk;
} relocated;

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	__u16 sk_type;
	__u16 sk_protocol;
	__u8 sk_shutdown;
	int sk_rcvlowat;
} relocated;

struct tcp_sock {
	__u64 bytes_received, bytes_acked;
	__u32 rcv_nxt, copied_seq, write_seq, snd_una;
	__u32 srtt_us, total_retrans, data_segs_in;
} relocated;

struct inet_sock {
	__u16 inet_sport;	/* in network order */
} relocated;

/* Of a protocol that stands between a TCP socket and the program. */
struct tcp_ulp_ops {
	char name[16];
} relocated;

struct inet_connection_sock {
	const struct tcp_ulp_ops *icsk_ulp_ops;	/* NULL: none */
} relocated;

/* What a map says of itself where a program takes its address (Linux 5.9). */
struct bpf_map {
	__u32 max_entries;
} relocated;

/* The registers at a probe; the layout is the architecture's ABI. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
#define ARGUMENT_1(r) ((r)->di)
#define ARGUMENT_2(r) ((r)->si)
#define ARGUMENT_3(r) ((r)->dx)
#define ARGUMENT_4(r) ((r)->cx)
#define ARGUMENT_5(r) ((r)->r8)
#define RETURN_VALUE(r) ((r)->ax)
#define INSTRUCTION(r) ((r)->ip)
#define STACK_POINTER(r) ((r)->sp)
/* At entry the stack pointer is on the return address; once the function has returned it is above. */
#define STACK_AT_ENTRY(r) ((r)->sp - 8)
/* Of a system call. */
#define SYSCALL_NUMBER(r) ((r)->orig_ax)
#define SYSCALL_1(r) ((r)->di)
#define SYSCALL_4(r) ((r)->r10)
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	unsigned long regs[31], sp, pc, pstate, orig_x0;
};
#define ARGUMENT_1(r) ((r)->regs[0])
#define ARGUMENT_2(r) ((r)->regs[1])
#define ARGUMENT_3(r) ((r)->regs[2])
#define ARGUMENT_4(r) ((r)->regs[3])
#define ARGUMENT_5(r) ((r)->regs[4])
#define RETURN_VALUE(r) ((r)->regs[0])
#define INSTRUCTION(r) ((r)->pc)
#define STACK_POINTER(r) ((r)->sp)
#define STACK_AT_ENTRY(r) ((r)->sp)
#define SYSCALL_NUMBER(r) ((r)->regs[8])
#define SYSCALL_1(r) ((r)->orig_x0)	/* when the call has returned, its result is in the register */
#define SYSCALL_4(r) ((r)->regs[3])
#else
#error "unknown architecture"
#endif

#endif
