// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * make fuzz. The input is a script: a byte of direction and length, then that many bytes, again and again. It is run
 * as it is, in pieces, with a secret planted, and with one planted under a policy that aggregates, and under policies that ask about the
 * other role from call to call. It has to hold:
 * - what was captured is what was sent and lost, at the end of every run;
 * - calls cut in pieces say the same, where nothing was lost and no place was lost;
 * - what is counted adds up with what is sent;
 * - the secret is in no record, and once the connection is gone in no map, deleted elements included;
 * - work areas hold no raw byte.
 */
#include "engine.h"
#include "render.h"
#include "series-counts.h"
#include <stdlib.h>

#define SECRET "CANARYxSECRETxVALUE"
#define PLANTED "\r\nAuthorization: Bearer " SECRET "\r\nX-Unlisted: " SECRET "\r\nSet-Cookie: " SECRET "\r\n"
#define SCRIPT_MAX 16384

static struct rendering rendering;
static char whole[1 << 22], pieces[1 << 22];

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n-- whole\n%s\n-- pieces\n%s\n", what, whole, pieces);
	abort();
}

static void check_balance(void)
{
	__u64 lost = 0, requests = 0;

	for (int i = COUNTER_LOST_RING; i <= COUNTER_LOST_CALLS; i++)
		lost += counted(i);
	for (int i = 0; i < rendering.lines; i++)
		requests += !rendering.line[i].response;
	must(rendering.lines >= RENDER_LINES || counted(COUNTER_CAPTURED) == requests + lost, "captured = sent + lost");
}

static void check_records(void)
{
	for (size_t at = 0; at < host.sent_bytes;) {
		const struct record_header *h = (const void *)(host.sent + at);
		const struct record_message *m = (const void *)h;
		const __u8 *p = (const __u8 *)(m + 1), *end = (const __u8 *)h + h->size;

		must(h->size >= sizeof(*h) && h->size <= RECORD_MAX_BYTES, "record size");
		if (h->kind == RECORD_REQUEST || h->kind == RECORD_RESPONSE) {
			must(m->path_length + m->query_length <= RECORD_TARGET_MAX + 1, "target length");
			p += m->method_length + m->path_length + m->query_length;
			for (int e = 0; e < m->elements; e++) {
				struct record_element x;

				must(p + sizeof(x) <= end, "element in record");
				memcpy(&x, p, sizeof(x));
				must(x.action != ELEMENT_KEEP || x.rule == 1 || x.rule == 7 || x.rule == 8, "only what is kept is kept");
				p += sizeof(x) + x.data_length;
			}
			must(p == end, "record is its parts");
		}
		at += (h->size + 7) & ~7U;
	}
}

enum policies { ONE_POLICY, AGGREGATING, ASKING_BY_TURNS, POLICIES };

/* After each third step the other role is asked about. */
static void ask_by_turns(size_t step)
{
	struct slot_config config = config_for_tests(2 + step / 3);
	__u32 slot = 0;

	config.query_names = 1;
	config.server = step / 3 & 1;
	config.client = !config.server;
	host.family = 2;
	bpf_map_update_elem(&slots, &slot, &config, BPF_ANY);
	active = (struct active_tables){ config.generation, slot };
}

static int play(const __u8 *data, size_t size, int every, int plant, enum policies policies)
{
	static char planted[SCRIPT_MAX];
	__u64 lost = 0;

	host_reset();
	set_tables_for_tests(set_on_host);
	if (policies == AGGREGATING)
		set_counting_tables();
	for (size_t at = 0, step = 0; at + 2 < size; step++) {
		int direction = data[at] & 1;
		size_t length = (data[at] >> 1) | (size_t)data[at + 1] << 7;
		const void *bytes = data + at + 2;

		if (policies == ASKING_BY_TURNS)
			ask_by_turns(step);
		at += 2;
		if (length > size - at)
			length = size - at;
		at += length;
		if (plant && step == 0 && length + sizeof(PLANTED) < sizeof(planted)) {
			size_t half = length / 2;

			memcpy(planted, bytes, half);
			memcpy(planted + half, PLANTED, sizeof(PLANTED) - 1);
			memcpy(planted + half + sizeof(PLANTED) - 1, (const __u8 *)bytes + half, length - half);
			bytes = planted;
			length += sizeof(PLANTED) - 1;
		}
		for (size_t done = 0; done < length;) {
			size_t take = length - done;

			if (every && take > (size_t)every)
				take = every;
			feed(1, direction, (const __u8 *)bytes + done, take);
			done += take;
		}
	}
	must(!work_areas_hold_bytes(), "work areas are clear");
	hang_up(1);
	must(!work_areas_hold_bytes(), "work areas are clear after the end");
	render(&rendering, host.sent, host.sent_bytes);
	if (policies == AGGREGATING)
		must(rendering.lines >= RENDER_LINES || counts_add_up(&rendering), "captured = sent + counted + lost");
	else
		check_balance();
	check_records();
	for (int i = COUNTER_LOST_RING; i <= COUNTER_RECORDS_DROPPED; i++)
		lost += counted(i);
	return !lost && !counted(COUNTER_RESYNC) && !counted(COUNTER_HTTP2);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	int every;

	if (size < 4 || size > SCRIPT_MAX)
		return 0;
	if (memmem(data, size, "CANARY", 6) || memmem(data, size, "SECRET", 6) || memmem(data, size, "VALUE", 5))
		return 0;	/* the fuzzer found the secret by itself */
	every = 1 + data[0] % 40;
	whole[0] = pieces[0] = 0;
	if (play(data + 1, size - 1, 0, 0, ONE_POLICY)) {
		print_rendering(&rendering, whole, sizeof(whole), 1);
		must(play(data + 1, size - 1, every, 0, ONE_POLICY), "pieces lost their place");
		print_rendering(&rendering, pieces, sizeof(pieces), 1);
		must(!strcmp(whole, pieces), "pieces say the same");
	}
	for (enum policies policies = ONE_POLICY; policies < POLICIES; policies++) {
		play(data + 1, size - 1, every, 1, policies);
		must(!memmem(host.sent, host.sent_bytes, SECRET, sizeof(SECRET) - 1), "secret in a record");
		must(!host_memory_holds(SECRET, sizeof(SECRET) - 1), "secret in a map");
	}
	return 0;
}
