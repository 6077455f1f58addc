// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
#include "host-platform.h"
#include "host.h"
#include "random.h"
#include <stdlib.h>

#define MAPS 48
#define HASH_ENTRIES 16	/* of any hash on the host; one may be limited further, to overflow it */

struct host_map {
	const void *at;
	struct host_shape shape;
	__u32 entries, touched_to;
	__u8 *used, *touched, *keys, *values;
};

static struct host_map maps[MAPS];
struct host_state host;

static struct host_map *find(const void *at, struct host_shape shape)
{
	struct host_map *m = maps;

	while (m->at && m->at != at)
		m++;
	if (m->at)
		return m;
	m->at = at;
	m->shape = shape;
	m->entries = shape.type == BPF_MAP_TYPE_HASH && shape.entries > HASH_ENTRIES ? HASH_ENTRIES : shape.entries;
	m->used = calloc(m->entries, 1);
	m->touched = calloc(m->entries, 1);
	m->keys = calloc(m->entries, shape.key_size);
	m->values = calloc(m->entries, shape.value_size);
	return m;
}

static __u8 *value_at(struct host_map *m, __u32 i)
{
	m->touched[i] = 1;
	if (i >= m->touched_to)
		m->touched_to = i + 1;
	return m->values + (size_t)i * m->shape.value_size;
}

static int index_of(struct host_map *m, const void *key)
{
	if (m->shape.type != BPF_MAP_TYPE_HASH) {
		__u32 i = *(const __u32 *)key;

		return i < m->entries ? (int)i : -1;
	}
	for (__u32 i = 0; i < m->entries; i++)
		if (m->used[i] && !memcmp(m->keys + (size_t)i * m->shape.key_size, key, m->shape.key_size))
			return i;
	return -1;
}

void *host_lookup(const void *map, struct host_shape shape, const void *key)
{
	struct host_map *m = find(map, shape);
	int i = index_of(m, key);

	return i < 0 ? NULL : value_at(m, i);
}

long host_update(const void *map, struct host_shape shape, const void *key, const void *value, __u64 flags)
{
	struct host_map *m = find(map, shape);
	int i = index_of(m, key);
	__u32 limit = map == host.limited_map ? host.limit : m->entries;

	if (i >= 0 && flags == BPF_NOEXIST)
		return -17;
	for (__u32 n = 0; i < 0 && n < limit; n++)
		if (!m->used[n])
			i = n;
	if (i < 0)
		return -7;
	if (m->shape.type == BPF_MAP_TYPE_HASH) {
		m->used[i] = 1;
		memcpy(m->keys + (size_t)i * m->shape.key_size, key, m->shape.key_size);
	}
	memcpy(value_at(m, i), value, m->shape.value_size);
	return 0;
}

long host_delete(const void *map, struct host_shape shape, const void *key)
{
	struct host_map *m = find(map, shape);
	int i = index_of(m, key);

	if (i < 0)
		return -2;
	m->used[i] = 0;	/* the bytes stay, as they do in the kernel */
	return 0;
}

long host_for_each(const void *map, struct host_shape shape, long (*callback)(void *, void *, void *, void *), void *context)
{
	struct host_map *m = find(map, shape);
	int is_hash = shape.type == BPF_MAP_TYPE_HASH;

	for (__u32 i = 0; i < m->entries; i++) {
		void *key = is_hash ? (void *)(m->keys + (size_t)i * shape.key_size) : (void *)&i;

		if ((!is_hash || m->used[i]) && callback((void *)map, key, value_at(m, i), context))
			break;
	}
	return 0;
}

long host_loop(__u32 times, long (*callback)(__u32, void *), void *context)
{
	for (__u32 i = 0; i < times; i++)
		if (callback(i, context))
			return i + 1;
	return times;
}

long host_read(void *to, __u32 size, const void *from)
{
	memcpy(to, from, size);
	return 0;
}

long host_read_user(void *to, __u32 size, const void *from)
{
	if (host.unreadable) {
		memset(to, 0, size);
		return -14;
	}
	memcpy(to, from, size);
	return 0;
}

long host_send(const void *record, __u64 size)
{
	if (host.refused_of_256 && random_below(&host.random, 256) < host.refused_of_256)
		return -11;
	if (host.ring_full || host.sent_bytes + size > sizeof(host.sent))
		return -11;
	memcpy(host.sent + host.sent_bytes, record, size);
	host.sent_bytes += (size + 7) & ~7ULL;
	return 0;
}

__u64 host_waiting(void)
{
	return host.ring_waiting;
}

__u64 host_time(void)
{
	return ++host.now;
}

void host_reset(void)
{
	for (struct host_map *m = maps; m < maps + MAPS && m->at; m++) {
		for (__u32 i = 0; i < m->touched_to; i++)
			if (m->touched[i])
				memset(value_at(m, i), 0, m->shape.value_size);
		memset(m->used, 0, m->touched_to);
		memset(m->touched, 0, m->touched_to);
		m->touched_to = 0;
	}
	memset(host.sent, 0, host.sent_bytes);
	memset(&host, 0, offsetof(struct host_state, sent));
}

int host_memory_holds(const void *needle, size_t size)
{
	for (struct host_map *m = maps; m < maps + MAPS && m->at; m++)
		for (__u32 i = 0; i < m->touched_to; i++)
			if (m->touched[i] && memmem(value_at(m, i), m->shape.value_size, needle, size))
				return 1;
	return 0;
}
