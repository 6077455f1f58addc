/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The policy that the cases in cases.h are written for, put into tables by whoever runs them. */
#ifndef MASTHEAD_TABLES_FOR_TESTS_H
#define MASTHEAD_TABLES_FOR_TESTS_H

#include <linux/types.h>
#include <string.h>
#include "../include/tables.h"

/* set(map name, key, value) */
typedef void (*set_table)(const char *map, const void *key, const void *value);

static inline void set_rule(set_table set, __u32 slot, const char *name, struct header_rule rule)
{
	struct header_key key = { .slot = slot };
	struct rule_by_bit by_bit = { .rule = rule };
	__u64 first;
	__u32 place;

	memcpy(key.name, name, strlen(name));
	set("header_rules", &key, &rule);
	memcpy(by_bit.name, key.name, sizeof(key.name));
	memcpy(&first, key.name, sizeof(first));
	place = slot * NAME_BITS + name_bit_index(first, strlen(name));
	set("rules_by_bit", &place, &by_bit);	/* the last one with that bit */
}

/* One item, that holds for all. */
static inline struct slot_config config_for_tests(__u32 generation)
{
	return (struct slot_config){ .generation = generation, .set = generation, .any_executable = 1, .any_port = 1, .server = 1, .client = 1,
				     .request_names = ~0ULL, .response_names = ~0ULL, .unbudgeted = ~0ULL };
}

static inline void set_tables_for_tests(set_table set)
{
	struct slot_config config = config_for_tests(1);
	struct fingerprint_key secret = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL };
	struct active_tables now = { 1, 0 };
	struct query_rule keep = { 1 };
	struct header_key page = { .name = "page" };
	struct scheme_key bearer = { .name = "bearer" };
	__u32 zero = 0;
	__u8 two = 2;

	config.query_names = config.query_keep = 1;
	set("slots", &zero, &config);
	set("fingerprint_key", &zero, &secret);
	set("query_rules", &page, &keep);
	set("auth_schemes", &bearer, &two);
	set_rule(set, 0, "x-keep", (struct header_rule){ .request.keep = 1, .response.keep = 1, .id = 1, .keep_length = 16 });
	set_rule(set, 0, "authorization",
		 (struct header_rule){ .request = { 1, 1, 1, 1 }, .id = 2, .keep_length = 100, .has_scheme = 1, .floor = 1 });
	set_rule(set, 0, "set-cookie", (struct header_rule){ .response = { 1, 0, 0, 1 }, .id = 3, .keep_length = 99, .floor = 1 });
	set_rule(set, 0, "x-print", (struct header_rule){ .request.fingerprint = 1, .response.fingerprint = 1, .id = 4 });
	set_rule(set, 0, "x-mask", (struct header_rule){ .request.mask = 1, .id = 5 });
	set_rule(set, 0, "x-other-item", (struct header_rule){ .request.keep = 2, .id = 6, .keep_length = 99 });
	set_rule(set, 0, "x-a-name-of-exactly-sixty-four-bytes-which-is-the-longest-of-all",
		 (struct header_rule){ .request.keep = 1, .id = 7, .keep_length = 9 });
	set_rule(set, 0, "host", (struct header_rule){ .request.keep = 1, .id = 8, .keep_length = 40 });
	set(ACTIVE_MAP, &zero, &now);
}

#endif
