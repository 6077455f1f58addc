/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The stream socket behind a descriptor of the current process, and how far it has come. */
#ifndef MASTHEAD_PROBES_SOCKET_FILE_H
#define MASTHEAD_PROBES_SOCKET_FILE_H

#include "socket.h"

#define FILE_TYPE	0170000
#define FILE_SOCKET	0140000
#define AF_UNIX		1

struct socket_file {
	struct file *file;
	struct sock *sk;
	__u64 inode;
	__u16 family;
};

static __always_inline struct file *file_of(struct task_struct *task, __u64 descriptor)
{
	struct fdtable *table = task->files->fdt;
	struct file *file = 0;

	if (descriptor >= table->max_fds)
		return 0;
	return bpf_probe_read_kernel(&file, sizeof(file), table->fd + descriptor) ? 0 : file;
}

/* 0: it is none, or one of datagrams, or of another family than TCP's and Unix's. */
static __always_inline int find_socket(struct task_struct *task, __u64 descriptor, struct socket_file *s)
{
	struct file *file = file_of(task, (__u32)descriptor);
	struct inode *inode = file ? BPF_CORE_READ(file, f_inode) : 0;
	struct socket *socket;
	struct sock *sk;

	if (!inode || (BPF_CORE_READ(inode, i_mode) & FILE_TYPE) != FILE_SOCKET)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk)
		return 0;
	s->file = file;
	s->sk = sk;
	s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	s->inode = (__u32)BPF_CORE_READ(inode, i_ino);
	return (s->family == AF_INET || s->family == AF_INET6 || s->family == AF_UNIX) &&
	       BPF_CORE_READ(sk, sk_type) == SOCKET_STREAM;
}

/* Does nothing else refer to the file: no other descriptor, process or call in flight? */
static __always_inline int is_last_reference(struct file *file)
{
	struct file___before_6_13 *older = (void *)file;

	if (bpf_core_field_exists(file->f_ref))
		return BPF_CORE_READ(file, f_ref.refcnt.counter) == 0;
	return BPF_CORE_READ(older, f_count.counter) == 1;
}

/* Is all that ever went over a TCP connection what this call moved? The counters also count SYN and FIN. */
static __always_inline int is_fresh(const struct socket_file *s, __u32 direction, __u32 moved)
{
	struct tcp_sock *tcp = (void *)s->sk;
	__u32 read, written;

	read = BPF_CORE_READ(tcp, bytes_received) - (BPF_CORE_READ(tcp, rcv_nxt) - BPF_CORE_READ(tcp, copied_seq));
	written = BPF_CORE_READ(tcp, bytes_acked) + BPF_CORE_READ(tcp, write_seq) - BPF_CORE_READ(tcp, snd_una);
	if (direction == READ)
		read -= moved;
	else
		written -= moved;
	return read + 1 <= 1 && written <= 2;
}

#endif
