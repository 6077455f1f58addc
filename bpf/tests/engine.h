/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The library on the host, driven as a probe drives it. */
#ifndef MASTHEAD_ENGINE_H
#define MASTHEAD_ENGINE_H

#include "../lib/connection-end.h"
#include "host.h"
#include "tables-for-tests.h"

static inline void set_on_host(const char *map, const void *key, const void *value)
{
	if (!strcmp(map, ACTIVE_MAP))
		active = *(const struct active_tables *)value;
#define TABLE(name) if (!strcmp(map, #name)) bpf_map_update_elem(&name, key, value, BPF_ANY)
	TABLE(slots);
	TABLE(fingerprint_key);
	TABLE(query_rules);
	TABLE(header_rules);
	TABLE(rules_by_bit);
	TABLE(auth_schemes);
	TABLE(aggregate_slots);
	TABLE(aggregate_uses);
	TABLE(aggregate_settings);
	TABLE(latency_bounds);
#undef TABLE
}

static inline __u64 counted(__u32 which)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &which);

	return n ? *n : 0;
}

/* One call, and where its bytes are. found: what the caller found by the key. */
static inline void feed_found(struct connection *found, __u64 ssl, int direction, const struct part *parts, __u32 count, __u32 size)
{
	struct connection_key key = { .ssl = ssl, .process = 7 };
	struct out *o = 0;
	struct work *w = claim_work(&o);

	if (!w) {
		miss_call(key.ssl, key.process, direction, parts->address, parts->length);
		return;
	}
	w->user = parts->address;
	w->size = parts->length;
	w->earlier = 0;
	w->left = size - parts->length;
	place_parts(w, (__u64)(parts + 1), count - 1);
	w->messages_left = 0;
	w->discarded = host.discarded;
	w->direction = direction;
	w->process = 7;
	w->patience = PATIENCE;
	w->call_ns = host_time();
	w->begun_ns = direction == WRITE ? w->call_ns : 0;
	w->at_once = 0;
	w->executable = (struct executable){ 0, 0 };
	w->socket.family = host.family;
	w->measured.wants = host.wants;
	observe(w, o, &key, found);
	release(&w->busy);
}

static inline void feed_call(__u64 ssl, int direction, const struct part *parts, __u32 count, __u32 size)
{
	feed_found(find_connection(&(struct connection_key){ .ssl = ssl, .process = 7 }), ssl, direction, parts, count, size);
}

/* The bytes are copied to a block of their size, so that the sanitizer sees a read beyond them. */
static inline void feed(__u64 ssl, int direction, const void *bytes, __u32 size)
{
	struct part part = { .length = size };
	void *copy;

	if (!size)
		return;
	copy = __builtin_malloc(size);
	memcpy(copy, bytes, size);
	part.address = (__u64)copy;
	feed_call(ssl, direction, &part, 1, size);
	__builtin_free(copy);
}

/* One call whose bytes are in parts of `every`, each a block of its own. */
static inline void feed_parts(__u64 ssl, int direction, const char *bytes, __u32 size, __u32 every)
{
	__u32 count = (size + every - 1) / every;
	struct part *parts = __builtin_malloc(count * sizeof(*parts));

	for (__u32 i = 0; i < count; i++) {
		__u32 at = i * every;

		parts[i].length = size - at < every ? size - at : every;
		parts[i].address = (__u64)__builtin_malloc(parts[i].length);
		memcpy((void *)parts[i].address, bytes + at, parts[i].length);
	}
	feed_call(ssl, direction, parts, count, size);
	for (__u32 i = 0; i < count; i++)
		__builtin_free((void *)parts[i].address);
	__builtin_free(parts);
}

static inline void hang_up(__u64 ssl)
{
	struct connection_key key = { .ssl = ssl, .process = 7 };
	struct connection *c = find_connection(&key);

	if (c)
		end_connection(c, &key, END_CLOSED);
}

/* What is in work areas beyond what stays there on purpose: raw bytes that were not cleared. */
static inline int work_areas_hold_bytes(void)
{
	for (__u32 i = 0; i < WORK_AREAS; i++) {
		struct work *w = bpf_map_lookup_elem(&work_areas, &i);

		if (w->head.bytes[0] || memcmp(w->head.bytes, w->head.bytes + 1, sizeof(w->head.bytes) - 1) ||
		    w->small[0] || memcmp(w->small, w->small + 1, sizeof(w->small) - 1) ||
		    w->key.name[0] || memcmp(w->key.name, w->key.name + 1, sizeof(w->key.name) - 1) ||
		    w->scheme.name[0] || memcmp(w->scheme.name, w->scheme.name + 1, sizeof(w->scheme.name) - 1))
			return 1;
	}
	return 0;
}

#endif
