/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The same for kernels without the socket's tracepoints (before Linux 6.3): the descriptor that a system call of this
 * thread names. It is loaded only there, since an enabled tracepoint slows every system call of the host by about 0.1 µs.
 */
#ifndef MASTHEAD_PROBES_SOCKET_SYSCALL_H
#define MASTHEAD_PROBES_SOCKET_SYSCALL_H

#include "socket.h"

#define FILE_TYPE	0170000
#define FILE_SOCKET	0140000

/* Does it move bytes of a descriptor, its first argument? By number: read, write, readv, writev, send and receive. */
static __always_inline int moves_bytes(unsigned long number)
{
#if defined(__TARGET_ARCH_x86)
	return number <= 1 || number == 19 || number == 20 || (number >= 44 && number <= 47);
#else
	return (number >= 63 && number <= 66) || number == 206 || number == 207 || number == 211 || number == 212;
#endif
}

/* The socket of a descriptor of this thread; NULL where it is none. */
static __always_inline struct sock *socket_of(__u64 descriptor)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = 0;
	struct socket *socket;

	if (descriptor >= BPF_CORE_READ(table, max_fds))
		return 0;
	if (bpf_probe_read_kernel(&file, sizeof(file), files + descriptor) || !file)
		return 0;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & FILE_TYPE) != FILE_SOCKET)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

SEC("tp_btf/sys_enter")
int socket_syscall(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	struct thread *thread;
	struct sock *sk;

	if (!moves_bytes(arguments[1]))
		return 0;
	thread = thread_without_socket();
	sk = thread ? socket_of((__u32)ARGUMENT_1(regs)) : 0;
	if (sk)
		read_socket(sk, 0, &thread->socket);
	return 0;
}

#endif
