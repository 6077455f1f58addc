/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* `METHOD SP target SP HTTP/1.x` and `HTTP/1.x SP 3DIGIT`, RFC 9112 sections 3 and 4. */
#ifndef MASTHEAD_START_LINE_H
#define MASTHEAD_START_LINE_H

#include "scan.h"

enum start_kind { START_BAD, START_MORE, START_REQUEST, START_RESPONSE };

#define VERSION_1 0x2e312f50545448ULL	/* "HTTP/1." in seven bytes */

/* What the first bytes can begin. Sets parsed.method_length for a request. */
static __always_inline int start_kind(struct work *w)
{
	__u32 start = w->head.start, available = w->head.used - start;

	for (__u32 i = 0; i <= RECORD_METHOD_MAX; i++) {
		__u8 byte;

		if (i >= available)
			return START_MORE;
		byte = AT(w, start + i);
		if (byte == ' ') {
			w->parsed.method_length = i;
			return i ? START_REQUEST : START_BAD;
		}
		if (byte == '/' && i == 4 && (__u32)load_word(&AT(w, start)) == 0x50545448)
			return START_RESPONSE;
		if (byte == '\r' && !i && available == 1)
			return START_MORE;
		if (!is_token_byte(byte))
			return START_BAD;
	}
	return START_BAD;
}

/* Fills `parsed` from the response's start line [start, end). 0: not one. */
static __always_inline int parse_status_line(struct work *w, __u32 start, __u32 end)
{
	__u64 tail;
	__u8 a, b, c;

	if (end - start < 12 || (load_word(&AT(w, start)) & SEVEN_BYTES) != VERSION_1)
		return 0;
	tail = load_word(&AT(w, start + 7));
	a = tail >> 16, b = tail >> 24, c = tail >> 32;
	if (!is_digit(tail) || (__u8)(tail >> 8) != ' ' || a < '1' || a > '9' || !is_digit(b) || !is_digit(c))
		return 0;
	if (end - start > 12 && AT(w, start + 12) != ' ')
		return 0;
	w->parsed.is_response = 1;
	w->parsed.version_minor = (__u8)tail - '0';
	w->parsed.status = (a - '0') * 100 + (b - '0') * 10 + (c - '0');
	return 1;
}

/* A start line beyond the bound, so without a version: only what plainly is a request target counts. */
static __always_inline int parse_endless_request(struct work *w, __u32 target)
{
	__u64 word = load_word(&AT(w, target));

	if ((__u8)word != '/' && (__u32)word != 0x70747468 /* http */)
		return 0;
	w->parsed.target_start = target;
	w->parsed.target_end = w->head.used;
	w->parsed.version_minor = 1;
	return 1;
}

static __always_inline int parse_request_line(struct work *w, __u32 start, __u32 end)
{
	__u32 method = w->parsed.method_length, target = start + method + 1;
	__u64 word = load_word(&AT(w, start));
	__u8 minor;

	w->parsed.is_response = 0;
	w->parsed.is_connect = method == 7 && (word & SEVEN_BYTES) == 0x5443454e4e4f43ULL;
	w->parsed.method_class = method == 4 && (__u32)word == 0x44414548 ? 1 : w->parsed.is_connect ? 2 : 0;
	if (!end)
		return parse_endless_request(w, target);
	if (is_blank(AT(w, end - 1))) {
		w->head.flags |= RECORD_MALFORMED;
		strip_blanks(w, start, end);
		end = w->finder.to;
	}
	if (end < target + 10 || AT(w, end - 9) != ' ')
		return 0;
	word = load_word(&AT(w, end - 8));
	minor = word >> 56;
	if ((word & SEVEN_BYTES) != VERSION_1 || !is_digit(minor))
		return 0;
	w->parsed.target_start = target;
	w->parsed.target_end = end - 9;
	w->parsed.version_minor = minor - '0';
	return 1;
}

/* Fills `parsed` with what the start line says. 0: it is not one of HTTP/1. */
verified_alone int parse_start_line(struct work *w)
{
	__u32 end;
	int kind;

	if (!w)
		return 0;
	kind = start_kind(w);
	end = w->head.lines ? line_end(w, 0) : 0;
	if (kind == START_RESPONSE)
		return end ? parse_status_line(w, w->head.start, end) : 0;
	return kind == START_REQUEST ? parse_request_line(w, w->head.start, end) : 0;
}

/* "PRI * HTTP/2.0", RFC 9113 section 3.4 */
static __always_inline int is_http2_preface(struct work *w)
{
	__u32 start = w->head.start;

	return w->head.used - start >= 14 && load_word(&AT(w, start)) == 0x5448202a20495250ULL &&
	       (load_word(&AT(w, start + 8)) & 0xffffffffffffULL) == 0x302e322f5054ULL;
}

#endif
