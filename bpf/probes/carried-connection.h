/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The connection of the TLS object whose ciphertext a socket carries. */
#ifndef MASTHEAD_PROBES_CARRIED_CONNECTION_H
#define MASTHEAD_PROBES_CARRIED_CONNECTION_H

#include "../lib/observe.h"
#include "socket.h"

/* NULL: it is not known, or the object at its address is on another socket by now. Goes before the socket is forgotten. */
static __always_inline struct connection *carried_connection(const struct connection_key *socket_key)
{
	struct strange_socket *socket = bpf_map_lookup_elem(&strange_sockets, socket_key);
	struct connection_key key = { .process = socket_key->process };
	struct connection *c;

	if (!socket || !socket->ssl)
		return 0;
	key.ssl = socket->ssl;
	c = find_connection(&key);
	return c && is_same_socket(&c->socket, &socket->socket) ? c : 0;
}

#endif
