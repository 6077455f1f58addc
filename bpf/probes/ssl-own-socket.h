/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The socket of what is copied: no call tells it that was noted from its entry on, so the library's own is asked. */
#ifndef MASTHEAD_PROBES_SSL_OWN_SOCKET_H
#define MASTHEAD_PROBES_SSL_OWN_SOCKET_H

#include "socket-file.h"
#include "socket.h"

/* In the uppermost bits of a copy's cookie: where the connection has its BIO, in words, and which layout of BIOs it is; 0: that is not known. */
#define BIO_AT(cookie) ((__u32)((cookie) >> 56) * 8)
#define IS_BIO_OF_3_0(cookie) ((cookie) >> 55 & 1)

#define BIO_IS_SOCKET 0x505	/* BIO_TYPE_SOCKET: what SSL_set_fd() makes */

/* The descriptor that the library itself moves the connection's bytes by; -1: it does so through something of the program's. */
static __always_inline int own_descriptor(__u64 ssl, __u64 cookie)
{
	__u32 method_at = IS_BIO_OF_3_0(cookie) ? 8 : 0, number_at = IS_BIO_OF_3_0(cookie) ? 56 : 48;
	__u64 bio = 0, method = 0;
	__u32 type = 0;
	int number = -1;

	if (!BIO_AT(cookie) || bpf_probe_read_user(&bio, sizeof(bio), (void *)(ssl + BIO_AT(cookie))) ||
	    bpf_probe_read_user(&method, sizeof(method), (void *)(bio + method_at)) ||
	    bpf_probe_read_user(&type, sizeof(type), (void *)method) || type != BIO_IS_SOCKET)
		return -1;
	return bpf_probe_read_user(&number, sizeof(number), (void *)(bio + number_at)) ? -1 : number;
}

/*
 * The socket of what is copied, as far as its connection or its thread tells it now: the library's own, else what the thread waited for to
 * read. thread_id: 0 where it did not. 0: none. By itself, so that it is on no path of the stack with the bytes.
 */
verified_alone int read_socket_of_copy(__u32 thread_id, __u64 ssl, __u64 cookie, struct record_socket *socket)
{
	struct waiting_read *waiting = thread_id ? waiting_read_of(thread_id) : 0;
	struct socket_file s;
	int descriptor;

	if (!socket)
		return 0;
	socket->family = 0;
	descriptor = own_descriptor(ssl, cookie);
	if (descriptor < 0 && waiting && waiting->has_descriptor)
		descriptor = waiting->descriptor;
	if (descriptor < 0 || !find_socket(bpf_get_current_task_btf(), descriptor, &s))
		return 0;
	read_socket(s.sk, 0, socket);
	return 1;
}

/* Its TCP figures. By itself, for its stack. */
verified_alone int read_network_of_copy(struct thread *thread, __u64 ssl, __u64 cookie)
{
	int descriptor = own_descriptor(ssl, cookie);
	struct socket_file s;

	if (thread && descriptor >= 0 && find_socket(bpf_get_current_task_btf(), descriptor, &s))
		read_network(s.sk, thread);
	return 0;
}

#endif
