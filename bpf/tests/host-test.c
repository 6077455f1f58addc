// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* make test. With PRINT=1 the answers are printed, for reading before they go into cases.h. */
#include "play.h"
#include "bounds.h"
#include "ends.h"
#include "places.h"
#include "budgets.h"
#include "drops.h"
#include "aggregate.h"
#include "renewed.h"
#include "unasked.h"
#include "proxy-headers.h"
#include "words.h"
#include "system-calls.h"
#include "../probes/call-table.h"

static void fingerprints(void)
{
	struct sip_state s;
	__u64 out[2];
	static const __u8 empty[16] = { 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93 };
	static const __u8 one[16] = { 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45 };

	sip_begin(&s, 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
	sip_end(&s, 0, 0, out);
	check(!memcmp(out, empty, 16), "SipHash-2-4-128", "of nothing");
	sip_begin(&s, 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
	sip_end(&s, 0, 1, out);
	check(!memcmp(out, one, 16), "SipHash-2-4-128", "of one zero byte");
}

/* The walk over a value, against the hash of all its words in one go: lengths around a word, a step, and the largest. */
static void fingerprints_of_values(void)
{
	static const __u32 lengths[] = { 0, 1, 7, 8, 9, 119, 120, 127, 128, 129, 255, 256, 1000, HEAD_MAX_BYTES - 9 };
	__u32 zero = 0;
	struct out *o = 0;
	struct work *w;

	start();
	w = claim_work(&o);
	for (__u32 i = 0; i < HEAD_MAX_BYTES; i++)
		w->head.bytes[i] = i * 7 + i / 251;
	for (__u32 i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct fingerprint_key *key = bpf_map_lookup_elem(&fingerprint_key, &zero);
		const __u8 *bytes = w->head.bytes + 5;
		__u32 length = lengths[i];
		__u64 walked[2] = {}, whole[2], word = 0;
		struct sip_state s;

		sip_begin(&s, key->k0, key->k1);
		for (__u32 at = 0; at + 8 <= length; at += 8) {
			memcpy(&word, bytes + at, 8);
			sip_word(&s, word);
		}
		word = 0;
		memcpy(&word, bytes + (length & ~7U), length & 7);
		sip_end(&s, word, length, whole);
		fingerprint(w, 5, length, walked);
		check(!memcmp(walked, whole, sizeof(whole)), "the fingerprint of a value", "");
	}
	memset(w->head.bytes, 0, HEAD_MAX_BYTES);
	release(&w->busy);
}

static void policies(void)
{
	struct active_tables second = { 2, 1 }, none = { 0, 0 };
	struct slot_config config = config_for_tests(2);
	__u32 zero = 0, one = 1;
	static const char response[] = "HTTP/1.1 200 OK\r\nX-Keep: v\r\nX-Print: v\r\nContent-Length: 0\r\n\r\n";

	start();	/* tightened while a response is awaited: only what both allow leaves */
	bpf_map_update_elem(&slots, &one, &config, BPF_ANY);
	set_rule(set_on_host, 1, "x-keep", (struct header_rule){ .response = { 0, 0, 1, 1 }, .id = 9 });
	set_rule(set_on_host, 1, "x-print", (struct header_rule){ .response = { 1, 0, 1, 0 }, .id = 8, .keep_length = 9 });
	feed(1, READ, request, sizeof(request) - 1);
	active = second;
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(strstr(text, "<0 200 [4 f 1/1 s0 ") && !strstr(rendering.line[1].rest, "[1 ") &&
	      rendering.line[1].flags == RECORD_POLICY_CHANGED, "policy changed", "");
	feed(1, READ, request, sizeof(request) - 1);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(rendering.line[3].flags == 0 && strstr(rendering.line[3].rest, "[8 k"), "policy loosened", "");

	start();	/* the request's slot was filled anew: nothing leaves */
	feed(1, READ, request, sizeof(request) - 1);
	config.generation = 9;
	bpf_map_update_elem(&slots, &zero, &config, BPF_ANY);
	feed(1, WRITE, response, sizeof(response) - 1);
	answer(0);
	check(!strcmp(rendering.line[1].rest, "200") && rendering.line[1].flags == RECORD_POLICY_CHANGED, "slot reused", "");

	start();	/* deny by default */
	active = none;
	feed(1, READ, request, sizeof(request) - 1);
	check(!counted(COUNTER_CAPTURED) && !host.sent_bytes, "no policy", "");
}

static struct call *note(__u64 stack, __u32 process, int *taken_over)
{
	__u32 place;
	struct call *call = claim_call(stack, process, &place);

	*taken_over = call && call->state == CALL_NOTED;
	if (!call)
		return 0;
	call->stack = stack;
	call->process = process;
	compare_and_swap(&call->state, CALL_CLAIMED, CALL_NOTED);
	return call;
}

static void call_table(void)
{
	__u32 entries = entries_of(&calls), last = entries - 1;
	__u64 stacks[CALL_PLACES + 1];
	struct call *noted[CALL_PLACES];
	struct sweep sweep = { .process = 7 };
	int n = 0, over = 0, found = 1;

	for (__u64 stack = 8; n <= CALL_PLACES; stack += 16)	/* all of them want the table's last place */
		if (first_place(stack, 7, entries) == last)
			stacks[n++] = stack;
	start();
	check(!find_call(stacks[0], 7), "no call", "");
	for (int i = 0; i < CALL_PLACES; i++) {
		noted[i] = note(stacks[i], 7, &over);
		check(noted[i] && !over, "call noted", "");
	}
	for (int i = 0; i < CALL_PLACES; i++)
		found &= find_call(stacks[i], 7) == noted[i] && !find_call(stacks[i], 8);
	check(found && noted[1] < noted[0], "calls found, behind the end too", "");
	check(!note(stacks[CALL_PLACES], 7, &over) && !over, "no room for a call", "");
	check(note(stacks[3], 7, &over) == noted[3] && over, "a call left over is taken over", "");
	release(&noted[3]->state);
	check(!find_call(stacks[3], 7) && note(stacks[CALL_PLACES], 7, &over) == noted[3] && !over, "a freed place is used", "");
	check(find_call(stacks[5], 7) == noted[5], "found behind a freed place", "");
	sweep.process = 8;
	bpf_for_each_map_elem(&calls, sweep_call, &sweep, 0);
	check(find_call(stacks[5], 7) == noted[5], "another process ends", "");
	sweep.process = 7;
	bpf_for_each_map_elem(&calls, sweep_call, &sweep, 0);
	found = 0;
	for (int i = 0; i <= CALL_PLACES; i++)
		found |= find_call(stacks[i], 7) != 0;
	check(!found, "the process ends", "");
}

int main(void)
{
	if (getenv("PRINT")) {
		for (int i = 0; i < CASES; i++)
			print_case(&cases[i]);
		return 0;
	}
	fingerprints();
	fingerprints_of_values();
	words();
	system_calls();
	for (int i = 0; i < CASES; i++)
		run_case(&cases[i]);
	ends();
	between_chunks();
	renewed();
	proxy_headers();
	bounds();
	places();
	drops();
	aggregates();
	policies();
	budgets();
	suspensions();
	unasked();
	call_table();
	printf("%d cases; %d passed, %d failed\n", CASES, passed, failed);
	return failed != 0;
}
