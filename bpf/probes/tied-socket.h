/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The network of a connection whose library touches no socket, where its socket is known by the order of calls (socket-tie.h). */
#ifndef MASTHEAD_PROBES_TIED_SOCKET_H
#define MASTHEAD_PROBES_TIED_SOCKET_H

#include "measure.h"
#include "socket-file.h"

/*
 * As its ciphertext was read, or is about to be written. Nothing where the descriptor is another file's by now: a duplicate of it
 * is not sought. By itself, for its stack.
 */
verified_alone int read_network_of_tied(struct thread *thread, __u64 ssl, __u32 process)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c = find_connection(&key);
	struct strange_socket *socket;
	struct socket_file s;

	if (!thread || !c || !moves_own_ciphertext(c))
		return 0;
	key.ssl = c->tied_to;
	socket = bpf_map_lookup_elem(&strange_sockets, &key);
	if (!socket || !find_socket(task, socket->descriptor, &s) || (s.inode | SOCKET_HANDLE) != key.ssl)
		return 0;
	read_network(s.sk, thread);
	if (file_of(task, s.descriptor) != s.file)	/* closed meanwhile */
		thread->network_known = 0;
	return 0;
}

#endif
