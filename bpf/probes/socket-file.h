/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The stream socket behind a descriptor of the current process, and how far it has come. */
#ifndef MASTHEAD_PROBES_SOCKET_FILE_H
#define MASTHEAD_PROBES_SOCKET_FILE_H

#include "socket.h"

#define AF_UNIX		1
#define FLAG_NONBLOCK	04000	/* O_NONBLOCK, of x86 and arm64 */

struct socket_file {
	struct file *file;
	struct sock *sk;
	__u64 inode;
	__u32 descriptor;
	__u16 family;
};

static __always_inline struct file *file_of(struct task_struct *task, __u64 descriptor)
{
	struct fdtable *table = task->files->fdt;

	if (descriptor >= table->max_fds)
		return 0;
	/* table->fd[descriptor], as if that were the `fd` of another table: it is of no type of its own that a plain load could name */
	return (struct file *)READ_FIELD(fdtable, (char *)(table->fd + descriptor) - bpf_core_field_offset(table->fd), fd);
}

/*
 * NULL: the file is no socket, or there is none. A socket and its file point to each other, and so do a socket and what the network has of it, which
 * nothing else does by chance. The inode would say what the file is, in a cache line that no call touches otherwise.
 */
static __always_inline struct sock *socket_of(struct file *file)
{
	struct socket *socket = file ? READ_FIELD(file, file, private_data) : 0;
	struct sock *sk;

	if (!socket || READ_FIELD(socket, socket, file) != file)
		return 0;
	sk = READ_FIELD(socket, socket, sk);
	return sk && READ_FIELD(sock, sk, sk_socket) == socket ? sk : 0;
}

/* 0: the descriptor is of no socket. */
static __always_inline int find_any_socket(struct task_struct *task, __u64 descriptor, struct socket_file *s)
{
	struct file *file = file_of(task, (__u32)descriptor);
	struct sock *sk = socket_of(file);
	struct inode *inode;

	if (!sk)
		return 0;
	inode = READ_FIELD(file, file, f_inode);
	s->file = file;
	s->descriptor = descriptor;
	s->sk = sk;
	s->family = READ_FIELD(sock, sk, __sk_common.skc_family);
	s->inode = (__u32)READ_FIELD(inode, inode, i_ino);
	return s->inode != 0;
}

/* Not one of datagrams, and of TCP's families or Unix's. */
static __always_inline int is_of_streams(const struct socket_file *s)
{
	struct sock *sk = s->sk;

	return (s->family == AF_INET || s->family == AF_INET6 || s->family == AF_UNIX) &&
	       READ_FIELD(sock, sk, sk_type) == SOCKET_STREAM;
}

/* 0: it is none, or none of streams. */
static __always_inline int find_socket(struct task_struct *task, __u64 descriptor, struct socket_file *s)
{
	return find_any_socket(task, descriptor, s) && is_of_streams(s);
}

#define SEND_SHUTDOWN	2	/* SEND_SHUTDOWN of the kernel */

/* May anything be sent over it yet, by whoever has it? */
static __always_inline int may_send(const struct socket_file *s)
{
	struct sock *sk = s->sk;

	return !(READ_FIELD(sock, sk, sk_shutdown) & SEND_SHUTDOWN);
}

/* Does nothing else refer to the file: no other descriptor, process or call in flight? */
static __always_inline int is_last_reference(struct file *file)
{
	struct file___before_6_13 *older = (void *)file;

	if (bpf_core_field_exists(file->f_ref))
		return BPF_CORE_READ(file, f_ref.refcnt.counter) == 0;
	return BPF_CORE_READ(older, f_count.counter) == 1;
}

/* Do calls on it wait where they have to? Whoever asks a single one not to (MSG_DONTWAIT) is taken for one who waits. */
static __always_inline int may_wait(struct file *file)
{
	return !(READ_FIELD(file, file, f_flags) & FLAG_NONBLOCK);
}

/* Is all that ever went over a TCP connection what this call moved? The counters also count SYN and FIN. */
static __always_inline int is_fresh(const struct socket_file *s, __u32 direction, __u32 moved)
{
	struct tcp_sock *tcp = (void *)s->sk;
	__u32 read, written;

	read = READ_FIELD(tcp_sock, tcp, bytes_received) - (READ_FIELD(tcp_sock, tcp, rcv_nxt) - READ_FIELD(tcp_sock, tcp, copied_seq));
	written = READ_FIELD(tcp_sock, tcp, bytes_acked) + READ_FIELD(tcp_sock, tcp, write_seq) - READ_FIELD(tcp_sock, tcp, snd_una);
	if (direction == READ)
		read -= moved;
	else
		written -= moved;
	return read + 1 <= 1 && written <= 2;
}

#endif
