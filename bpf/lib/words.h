/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Bytes looked at eight at a time. Little endian. */
#ifndef MASTHEAD_WORDS_H
#define MASTHEAD_WORDS_H

#include "platform.h"

#define EACH_BYTE 0x0101010101010101ULL
#define HIGH_BITS 0x8080808080808080ULL

/*
 * Eight or four bytes at any address in a map. To say that the address is aligned has clang make one access of it instead
 * of eight; x86 and arm64 take one at any address, and the verifier lets them, but for the stack.
 */
#ifdef __bpf__
typedef __u64 __attribute__((may_alias)) word_at;
typedef __u32 __attribute__((may_alias)) half_at;
#else
typedef __u64 __attribute__((may_alias, aligned(1))) word_at;
typedef __u32 __attribute__((may_alias, aligned(1))) half_at;
#endif

#define SEVEN_BYTES 0x00ffffffffffffffULL

/* 1 where the highest bit is set. No branch, of which the verifier would follow both ways. */
static __always_inline __u32 is_negative(__u64 difference)
{
	opaque(difference);
	return difference >> 63;
}

static __always_inline __u64 load_word(const __u8 *bytes)
{
	return *(const word_at *)bytes;
}

static __always_inline void store_word(__u8 *bytes, __u64 word)
{
	*(word_at *)bytes = word;
}

static __always_inline void store_half(__u8 *bytes, __u32 half)
{
	*(half_at *)bytes = half;
}

/* From map to map; a multiple of eight that is known when this is built. */
static __always_inline void copy_words(void *to, const void *from, __u32 size)
{
#pragma unroll
	for (__u32 i = 0; i < size; i += 8)
		store_word((__u8 *)to + i, load_word((const __u8 *)from + i));
}

/* In a map; a multiple of eight that is known when this is built. */
static __always_inline void clear_words(void *at, __u32 size)
{
#pragma unroll
	for (__u32 i = 0; i < size; i += 8)
		store_word((__u8 *)at + i, 0);
}

/* The highest bit of every byte of word that does not equal byte, among other bits; exact, no byte carries into its neighbour. */
static __always_inline __u64 differing_bytes(__u64 word, __u64 byte)
{
	__u64 x = word ^ (EACH_BYTE * byte);

	return ((x & ~HIGH_BITS) + ~HIGH_BITS) | x;
}

/* 0x80 in every byte of word that equals byte. */
static __always_inline __u64 equal_bytes(__u64 word, __u64 byte)
{
	return ~(differing_bytes(word, byte) | ~HIGH_BITS);
}

/* All ones below the first 0x80 of a mask of them, nothing from there on; all ones where there is none. */
static __always_inline __u64 below_first(__u64 mask)
{
	return mask ? ((mask & -mask) >> 7) - 1 : ~0ULL;
}

/* How many bytes are below the first 0x80 of a mask that has one. */
static __always_inline __u32 bytes_below_first(__u64 mask)
{
	return ((below_first(mask) & EACH_BYTE) * EACH_BYTE) >> 56;
}

/* Bits that change places with those so many higher. */
static __always_inline __u64 exchange_bits(__u64 word, __u64 lower, __u32 distance)
{
	__u64 differ = (word ^ (word >> distance)) & lower;

	opaque(differ);
	return word ^ differ ^ (differ << distance);
}

/* Bit i of byte j becomes bit j of byte i. */
static __always_inline __u64 transposed(__u64 word)
{
	word = exchange_bits(word, 0x00aa00aa00aa00aaULL, 7);
	word = exchange_bits(word, 0x0000cccc0000ccccULL, 14);
	return exchange_bits(word, 0x00000000f0f0f0f0ULL, 28);
}

/* How many bits are set below the lowest one, by counting. mask is not 0. */
static __always_inline __u32 lowest_bit(__u64 mask)
{
	__u64 x = (mask & -mask) - 1;

	opaque(x);	/* clang 19 would know this for what it is, and look it up in a table, of whose bytes the verifier knows no bound */
	x -= (x >> 1) & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (x * EACH_BYTE) >> 56;
}

/* A to Z become a to z; other bytes stay. */
static __always_inline __u64 lower_word(__u64 word)
{
	__u64 seven = word & ~HIGH_BITS;
	__u64 from_a = seven + EACH_BYTE * (0x80 - 'A');
	__u64 past_z = seven + EACH_BYTE * (0x80 - 'Z' - 1);
	__u64 upper = (from_a & ~past_z) & HIGH_BITS & ~word;

	return word | (upper >> 2);
}

/* 0x80 in every byte that is from `first` to `last`; of bytes below 0x80. */
static __always_inline __u64 bytes_between(__u64 word, __u64 first, __u64 last)
{
	return (word + EACH_BYTE * (0x80 - first)) & ~(word + EACH_BYTE * (0x80 - last - 1)) & HIGH_BITS;
}

/* Are the first so many bytes, up to seven, all hexadecimal digits? */
static __always_inline int are_hex_digits(__u64 word, __u32 count)
{
	__u64 seven = word & ~HIGH_BITS;
	__u64 digits = (bytes_between(seven, '0', '9') | bytes_between(seven | EACH_BYTE * 0x20, 'a', 'f')) & ~word;

	return !(~digits & HIGH_BITS & ((1ULL << (8 * (count & 7))) - 1));
}

/* What the first so many bytes say, one to seven hexadecimal digits, of which the first counts most. */
static __always_inline __u64 hex_number(__u64 word, __u32 count)
{
	__u64 letters = (word >> 6) & EACH_BYTE;	/* all of them have that bit, and no digit */
	__u64 x = ((word & EACH_BYTE * 0x0f) + letters * 9) << (64 - 8 * (count & 7));

	x = (x & 0x00ff00ff00ff00ffULL) << 4 | ((x >> 8) & 0x00ff00ff00ff00ffULL);
	x = (x & 0x0000ffff0000ffffULL) << 8 | ((x >> 16) & 0x0000ffff0000ffffULL);
	return (x & 0xffffffffULL) << 16 | x >> 32;
}

#define NO_NUMBER (~0ULL)

/* What the first so many bytes say, one to seven decimal digits, of which the first counts most; NO_NUMBER where any is none. */
static __always_inline __u64 decimal_number(__u64 word, __u32 count)
{
	__u64 x = (word ^ EACH_BYTE * '0') << (64 - 8 * (count & 7));	/* the digits' values, zeroes before them */

	if (((x + EACH_BYTE * (0x80 - 10)) | x) & HIGH_BITS)
		return NO_NUMBER;
	x = (x * 10 + (x >> 8)) & 0x00ff00ff00ff00ffULL;
	x = (x * 100 + (x >> 16)) & 0x0000ffff0000ffffULL;
	return (x * 10000 + (x >> 32)) & 0xffffffffULL;
}

static __always_inline __u8 lower_byte(__u8 byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static __always_inline int is_digit(__u8 byte)
{
	return byte >= '0' && byte <= '9';
}

static __always_inline int is_blank(__u8 byte)
{
	return byte == ' ' || byte == '\t';
}

/* tchar of RFC 9110 section 5.6.2 */
static __always_inline int is_token_byte(__u8 byte)
{
	/* !#$%&'*+-. 0-9 ; A-Z ^_` a-z | ~ */
	__u64 map = byte < 64 ? 0x03ff6cfa00000000ULL : 0x57ffffffc7fffffeULL;

	return byte < 128 && ((map >> (byte & 63)) & 1);
}

#endif
