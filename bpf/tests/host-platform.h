/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The kernel's helpers and maps over plain memory. Map definitions are the same ones: sizes come from their types. */
#ifndef MASTHEAD_HOST_PLATFORM_H
#define MASTHEAD_HOST_PLATFORM_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stddef.h>
#include <string.h>

#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) __typeof__(value) *name
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define opaque(x) __asm__ volatile("" : "+r"(x))
#define compare_and_swap(p, old, new) __sync_val_compare_and_swap(p, old, new)
#define release(p) __sync_lock_release(p)
#define add_atomically(p, n) (void)__sync_fetch_and_add(p, n)

struct host_shape {
	__u32 type, entries, key_size, value_size;
};
#define HOST_SHAPE(map)                                                                              \
	(struct host_shape){ sizeof(*(map)->type) / sizeof(int), sizeof(*(map)->max_entries) / sizeof(int), \
			     sizeof(*(map)->key), sizeof(*(map)->value) }

#define entries_of(map) HOST_SHAPE(map).entries

void *host_lookup(const void *map, struct host_shape shape, const void *key);
long host_update(const void *map, struct host_shape shape, const void *key, const void *value, __u64 flags);
long host_delete(const void *map, struct host_shape shape, const void *key);
long host_for_each(const void *map, struct host_shape shape, long (*callback)(void *, void *, void *, void *), void *context);
long host_loop(__u32 times, long (*callback)(__u32, void *), void *context);
long host_read(void *to, __u32 size, const void *from);
long host_read_user(void *to, __u32 size, const void *from);
long host_send(const void *record, __u64 size);
__u64 host_waiting(void);
__u64 host_time(void);

#define bpf_map_lookup_elem(map, key) host_lookup((map), HOST_SHAPE(map), (key))
#define bpf_map_update_elem(map, key, value, flags) host_update((map), HOST_SHAPE(map), (key), (value), (flags))
#define bpf_map_delete_elem(map, key) host_delete((map), HOST_SHAPE(map), (key))
#define bpf_for_each_map_elem(map, callback, context, flags) \
	host_for_each((map), HOST_SHAPE(map), (long (*)(void *, void *, void *, void *))(callback), (context))
#define bpf_loop(times, callback, context, flags) host_loop((times), (long (*)(__u32, void *))(callback), (context))
#define bpf_probe_read_kernel(to, size, from) host_read((to), (size), (from))
#define bpf_probe_read_user(to, size, from) host_read_user((to), (size), (from))
#define bpf_ringbuf_output(ring, record, size, flags) host_send((record), (size))
#define bpf_ringbuf_query(ring, what) host_waiting()
#define ring_bytes(ring) (sizeof(*(ring)->max_entries) / sizeof(int))
#define bpf_ktime_get_ns() host_time()

#endif
