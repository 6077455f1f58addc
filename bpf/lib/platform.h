/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the library asks of where it runs: fixed-width types, the helpers and the map macros. In the kernel that is
 * libbpf's own; on the host, tests/host-platform.h gives the same names over plain memory, so that tests and fuzzers run
 * the very same state machine.
 */
#ifndef MASTHEAD_PLATFORM_H
#define MASTHEAD_PLATFORM_H

#ifdef __bpf__
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "../kernel/types.h"
/* How many entries user space gave a map (Linux 5.9). */
#define entries_of(map) (((struct bpf_map *)(map))->max_entries)
#define ring_bytes(map) entries_of(map)
/* Keeps clang from moving a bounds check to where the verifier no longer sees it. */
#define opaque(x) asm volatile("" : "+r"(x))
#define compare_and_swap(p, old, new) __sync_val_compare_and_swap(p, old, new)
#if defined(__TARGET_ARCH_x86)	/* no store is seen before an earlier one: a plain one does, at a twentieth of the price */
#define release(p) do { asm volatile("" ::: "memory"); *(volatile __typeof__(*(p)) *)(p) = 0; } while (0)
#else
#define release(p) (void)__sync_lock_test_and_set(p, 0)
#endif
#define add_atomically(p, n) (void)__sync_fetch_and_add(p, n)
#else
#include "../tests/host-platform.h"
#endif

#ifndef AF_INET
#define AF_INET 2
#define AF_INET6 10
#endif

/*
 * A function that the verifier looks at once, by itself, whatever its callers know: what keeps the whole within its
 * limits. Its pointers may be null as far as it can tell.
 */
#ifdef __bpf__
#define verified_alone __noinline
#else
#define verified_alone static __attribute__((unused))
#endif

#define ON_STACK __attribute__((aligned(8)))	/* the verifier takes words there in their places only */

#define copy_bytes __builtin_memcpy

/* Zeroes an array on the stack in a way that is not left out because nobody reads it any more. */
#define clear_bytes(array) do { __builtin_memset(array, 0, sizeof(array)); asm volatile("" :: "r"(array) : "memory"); } while (0)

/* x, at most mask, in a way that the verifier follows. mask + 1 is a power of two. */
static __always_inline __u32 masked(__u32 x, __u32 mask)
{
	opaque(x);
	return x & mask;
}

/* x, at most limit. */
static __always_inline __u32 at_most(__u32 x, __u32 limit)
{
	opaque(x);
	return x > limit ? limit : x;
}

#endif
