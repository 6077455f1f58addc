/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The host of a request: that of a target in absolute form counts, and not the field Host, RFC 9112 section 3.2.2. */
#ifndef MASTHEAD_TARGET_HOST_H
#define MASTHEAD_TARGET_HOST_H

#include "scan.h"

#define PORT_DIGITS	5

/* Does a host with a port, or none, stand in [from, to)? What is no port may be a password. */
static __always_inline int ends_in_port(struct work *w, __u32 from, __u32 to)
{
	__u32 colon, digits;

	if (AT(w, from) == '[')
		from = find_either(w, from, to, ']', ']');
	colon = find_either(w, from, to, ':', ':');
	if (colon >= to)
		return 1;
	digits = to - colon - 1;
	if (digits > PORT_DIGITS)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < PORT_DIGITS; i++) {
		__u8 byte = AT(w, colon + 1 + i);

		if (i < digits && (byte < '0' || byte > '9'))
			return 0;
	}
	return 1;
}

/* The host of the authority [from, to), less user info. One of which that cannot be told for sure has none. */
static __always_inline void note_host(struct work *w, __u32 from, __u32 to)
{
	__u32 at = find_either(w, from, to, '@', '@');

	if (at < to)
		from = at + 1;
	if ((at < to && find_either(w, from, to, '@', '@') < to) || !ends_in_port(w, from, to))
		from = to;
	w->parsed.host_start = from;
	w->parsed.host_end = to;
}

static __always_inline int is_host(const struct header_key *key, __u32 length)
{
	return length == 4 && (__u32)load_word(&key->name[0]) == 0x74736f68;
}

/* Puts it in the place of what the field says. */
static __always_inline void take_host_of_target(struct work *w, struct value *v)
{
	if (!w->parsed.host_end)
		return;
	v->from = v->secret = w->parsed.host_start;
	v->to = w->parsed.host_end;
}

#endif
