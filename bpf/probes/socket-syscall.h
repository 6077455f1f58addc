/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The same for kernels without the socket's tracepoints (before Linux 6.3): the descriptor that a system call of this
 * thread names. It is attached only there, and only where HTTP in clear is not read, since an enabled tracepoint slows every system call of the host by about 0.1 µs.
 */
#ifndef MASTHEAD_PROBES_SOCKET_SYSCALL_H
#define MASTHEAD_PROBES_SOCKET_SYSCALL_H

#include "socket-file.h"

/* Does it move bytes of a descriptor, its first argument? By number: read, write, readv, writev, send and receive. */
static __always_inline int moves_bytes(unsigned long number)
{
#if defined(__TARGET_ARCH_x86)
	return number <= 1 || number == 19 || number == 20 || (number >= 44 && number <= 47);
#else
	return (number >= 63 && number <= 66) || number == 206 || number == 207 || number == 211 || number == 212;
#endif
}

SEC("?tp_btf/sys_enter")
int socket_syscall(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	struct thread *thread;
	struct sock *sk;

	if (!moves_bytes(arguments[1]))
		return 0;
	thread = thread_without_socket();
	sk = thread ? socket_of(file_of(bpf_get_current_task_btf(), (__u32)ARGUMENT_1(regs))) : 0;
	if (sk)
		tell_thread(thread, sk, 0);
	return 0;
}

#endif
