/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* How much of what a connection begins with is a proxy's header. */
#ifndef MASTHEAD_TESTS_PROXY_HEADERS_H
#define MASTHEAD_TESTS_PROXY_HEADERS_H

#include "check.h"
#include "../probes/proxy-header.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define REQUEST "GET / HTTP/1.1\r\n\r\n"
#define WITH_SIZE(text) text, sizeof(text) - 1
#define LONGEST "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535 !"

static const struct { const char *bytes; __u32 size, header; } proxied[] = {
	{ WITH_SIZE("PROXY UNKNOWN\r\n" REQUEST), 15 },
	{ WITH_SIZE("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" REQUEST), 36 },
	{ WITH_SIZE(LONGEST "!\r\n"), 107 },
	{ WITH_SIZE(LONGEST "!!\r\n"), 0 },
	{ WITH_SIZE("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n" REQUEST), 0 },
	{ WITH_SIZE("PROXY / HTTP/1.1\r\nhost: a\r\n\r\n"), 18 },	/* no method that is registered */
	{ WITH_SIZE("PROXYTCP4 192.0.2.1 192.0.2.2 1 2\r\n"), 0 },
	{ WITH_SIZE(REQUEST), 0 },
	{ WITH_SIZE(SIGNATURE "\x20\0\0\0" REQUEST), 16 },
	{ WITH_SIZE(SIGNATURE "\x21\x11\0\x0c" "123456789012" REQUEST), 28 },
	{ WITH_SIZE(SIGNATURE "\x31\x11\0\0"), 0 },
	{ WITH_SIZE(SIGNATURE "\x21\x11\xff\xff" "123456789012" REQUEST), 0 },
	{ WITH_SIZE("\r\n\r\n\0\r\nQUIT\r\x21\x11\0\0"), 0 },
};

static void proxy_headers(void)
{
	for (int i = 0; i < COUNT(proxied); i++)
		for (__u32 size = 0; size <= proxied[i].size; size++) {
			char *there = __builtin_malloc(size + 1);	/* so that a byte beyond is an error */
			__u32 header = proxied[i].header <= size ? proxied[i].header : 0;

			memcpy(there, proxied[i].bytes, size);
			text[0] = 0;
			check((__u32)proxy_header_bytes((__u64)there, size) == header, "a proxy's header", proxied[i].bytes);
			__builtin_free(there);
		}
}

#endif
