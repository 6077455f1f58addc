/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * A proxy may say whose connection it passes on before the first byte of it (the PROXY protocol, versions 1 and 2: proxy-protocol.txt of HAProxy, sections
 * 2.1 and 2.2). What it says is not looked at; what comes behind it begins the connection.
 */
#ifndef MASTHEAD_PROBES_PROXY_HEADER_H
#define MASTHEAD_PROBES_PROXY_HEADER_H

#include "../lib/words.h"
#include "../maps/records.h"

#define PROXY_LINE_MOST		107	/* of version 1, its line end included */
#define PROXY_LINE_LEAST	15	/* "PROXY UNKNOWN\r\n" */
#define PROXY_SIGNATURE_BYTES	12
#define PROXY_HEAD_BYTES	16	/* of version 2: signature, version and command, family, and how many bytes follow */

/* bytes: sixteen, of which so many are there. */
static __always_inline int begins_proxy_line(const __u8 *bytes, __u32 size)
{
	return size > 6 && bytes[0] == 'P' && bytes[1] == 'R' && bytes[2] == 'O' && bytes[3] == 'X' && bytes[4] == 'Y' && bytes[5] == ' ';
}

static __always_inline int begins_proxy_binary(const __u8 *bytes, __u32 size)
{
	static const __u8 signature[PROXY_SIGNATURE_BYTES] = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

	if (size < PROXY_HEAD_BYTES || bytes[PROXY_SIGNATURE_BYTES] >> 4 != 2)
		return 0;
#pragma unroll
	for (int i = 0; i < PROXY_SIGNATURE_BYTES; i++)
		if (bytes[i] != signature[i])
			return 0;
	return 1;
}

/* How long a line of version 1 is; 0: it is none, or not all of it is there. */
static __always_inline __u32 proxy_line_bytes(const __u8 *bytes, __u32 size)
{
	for (__u32 at = PROXY_LINE_LEAST - 1; at < PROXY_LINE_MOST; at++)
		if (at < size && bytes[at] == '\n')
			return bytes[at - 1] == '\r' ? at + 1 : 0;
	return 0;
}

/* How many bytes of what a connection begins with are a proxy's; 0: none, or not all of them are here. By itself, for its stack. */
verified_alone int proxy_header_bytes(__u64 user, __u32 size)
{
	__u8 bytes[128] = {};	/* as in beginning_of() */
	__u32 length = 0, there = at_most(size, PROXY_LINE_MOST);

	if (!user || bpf_probe_read_user(bytes, masked(there, sizeof(bytes) - 1), (void *)user))
		return 0;
	if (begins_proxy_line(bytes, there))
		length = proxy_line_bytes(bytes, there);
	else if (begins_proxy_binary(bytes, there))
		length = PROXY_HEAD_BYTES + (bytes[14] << 8 | bytes[15]);
	clear_bytes(bytes);
	return length <= size ? length : 0;
}

#endif
