/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is seen where OpenSSL copies it from the program or to it. */
#ifndef MASTHEAD_PROBES_COPIED_BYTES_H
#define MASTHEAD_PROBES_COPIED_BYTES_H

#include "../maps/state.h"

struct copied_bytes {
	__u64 ssl, buffer, size;
	struct connection *connection;	/* of `ssl`; NULL: there was none */
	const struct record_socket *socket;	/* family 0, NULL: not known */
	struct thread *measured;	/* NULL: it may not be measured */
	__u32 tie;
	__u32 is_foreign;	/* read, and of no socket that the library has */
	__u32 is_apart;		/* written, and the program sends the ciphertext itself, later */
};

#endif
