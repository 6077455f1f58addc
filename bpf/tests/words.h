/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Bytes looked at eight at a time say what they say one by one. */
#ifndef MASTHEAD_TESTS_WORDS_H
#define MASTHEAD_TESTS_WORDS_H

#include "check.h"
#include "../lib/out.h"

/* Each byte alone, and all that two bytes can be beside one that is looked for. */
static void blocks(void)
{
	__u8 block[64];

	for (int i = 0; i < 64; i++) {
		memset(block, 'a', sizeof(block));
		block[i] = '\n';
		check(equal_in_block(block, '\n', '\n') == 1ULL << i, "equal_in_block", "one byte");
		block[63 - i] = ':';
		check(equal_in_block(block, '\n', ':') == (1ULL << i | 1ULL << (63 - i)), "equal_in_block", "two bytes");
	}
	for (int b = 0; b < 256; b++) {
		memset(block, b, sizeof(block));
		check(equal_in_block(block, '\n', '\r') == (b == '\n' || b == '\r' ? ~0ULL : 0), "equal_in_block", "all");
		block[17] = '\n';
		check((b == '\n') || equal_in_block(block, '\n', '\n') == 1ULL << 17, "equal_in_block", "neighbours");
	}
}

static void numbers(void)
{
	char digits[16];

	for (__u64 n = 0; n < 10000000; n += n < 100000 ? 1 : 997) {
		int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

		memset(digits + length, 0xff, sizeof(digits) - length);
		check(decimal_number(load_word((__u8 *)digits), length) == n, "decimal_number", "");
	}
	for (int b = 0; b < 256; b++)
		for (int i = 0; i < 8; i++)
			for (int length = 1; length < 8; length++) {
				memcpy(digits, "99999999", 8);
				digits[i] = b;
				check((decimal_number(load_word((__u8 *)digits), length) == NO_NUMBER) == (i < length && !is_digit(b)),
				      "decimal_number", "other bytes");
			}
}

static void copies(void)
{
	__u8 from[SHORT_BYTES], to[SHORT_BYTES];

	for (__u32 length = 0; length < SHORT_BYTES; length++) {
		for (__u32 i = 0; i < SHORT_BYTES; i++)
			from[i] = i + 1;
		memset(to, 'y', sizeof(to));
		copy_short(to, from, length);
		for (__u32 i = 0; i < SHORT_BYTES; i++)
			check(to[i] == (i < length ? i + 1 : 0), "copy_short", "");
	}
}

static void words(void)
{
	for (int b = 0; b < 256; b++) {
		__u64 word = EACH_BYTE * b, lower = EACH_BYTE * lower_byte(b);

		check(lower_word(word) == lower, "lower_word", "");
		for (int c = 0; c < 256; c++)
			check(equal_bytes(EACH_BYTE * b ^ ((__u64)(b ^ c) << 24), c) == (b == c ? HIGH_BITS : 0x80000000ULL),
			      "equal_bytes", "");
		check(is_token_byte(b) == (b > 32 && b < 127 && !strchr("\"(),/:;<=>?@[\\]{}", b)), "is_token_byte", "");
	}
	/* the same bit as packages/agent/src/capture/policy-tables.test.ts expects */
	check(name_bit(load_word((const __u8 *)"authoriz"), 13) == 1ULL << 56, "name_bit", "");
	for (int i = 0; i < 64; i++)
		check(lowest_bit(~0ULL << i) == (__u32)i && lowest_bit(1ULL << i) == (__u32)i, "lowest_bit", "");
	blocks();
	numbers();
	copies();
}

#endif
