// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * make price, as root. What the parser takes for a request and for its response, as a gateway sees them: the program parse_test
 * in this kernel, by the kernel's own statistics. The best of many batches, since whatever else runs only adds to it.
 */
#include "tables-for-tests.h"
#include "../include/parse-test.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))
#define UPROBE_SESSION 57
#define BATCHES 400
#define BATCH 200

static const char request[] =
	"GET /v1/orders/1?view=full HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
	"Accept: application/json, text/plain;q=0.9, */*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\n"
	"Accept-Language: en-GB,en;q=0.9,de;q=0.5\r\n"
	"Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJiZW5jaCJ9.c2lnbmF0dXJlLW9mLWEtYmVuY2htYXJr\r\n"
	"Cookie: session=3f1c9a0e7d5b4c2a8e6f0d1b2c3a4958; theme=dark; region=eu-central\r\n"
	"X-Request-Id: 7d5b4c2a-8e6f-4d1b-9c3a-49583f1c9a0e\r\nX-Client-Id: bench\r\n"
	"X-Forwarded-For: 198.51.100.17, 203.0.113.4\r\nReferer: https://app.example.com/orders/open?view=list\r\n"
	"Cache-Control: no-cache\r\n\r\n";
static const char small_response[] =
	"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 26 Nov 2026 12:00:00 GMT\r\nContent-Type: text/plain\r\n"
	"Content-Length: 3\r\nConnection: keep-alive\r\n\r\nok\n";
static const char chunked_response[] =
	"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 26 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\n"
	"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\nLast-Modified: Thu, 26 Nov 2026 11:00:00 GMT\r\n"
	"ETag: W/\"6546f3a0-1f40\"\r\nContent-Encoding: gzip\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";

static struct bpf_object *object;
static struct ring_buffer *ring;
static int program;

static int map_of(const char *name)
{
	return bpf_object__find_map_fd_by_name(object, name);
}

static void set(const char *map, const void *key, const void *value)
{
	if (bpf_map_update_elem(map_of(map), key, value, BPF_ANY)) {
		perror(map);
		exit(1);
	}
}

static void ask(__u64 *names, const char *name, struct header_rule rule)
{
	struct header_key key = {};
	__u64 word;

	strncpy((char *)key.name, name, sizeof(key.name) - 1);
	memcpy(&word, key.name, sizeof(word));
	*names |= name_bit(word, strlen(name));
	set_rule(set, 0, name, rule);
}

static int on_record(void *context, void *record, size_t size)
{
	(void)context;
	(void)record;
	(void)size;
	return 0;
}

static __u64 taken_ns(void)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		exit(1);
	return info.run_time_ns;
}

static __u64 run(int direction, const char *bytes, int size, int close)
{
	static char buffer[1 << 14];
	struct parse_test test = { .buffer = (__u64)buffer, .ssl = 1, .process = 0x7fffffff, .size = size,
				   .direction = direction, .close = close, .time_ns = 1 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &test, .ctx_size_in = sizeof(test));
	__u64 before = taken_ns();

	memcpy(buffer, bytes, size);
	if (bpf_prog_test_run_opts(program, &options) || options.retval)
		exit(1);
	return taken_ns() - before;
}

static void measure(const char *name, const char *bytes, int size)
{
	__u64 best[2] = { ~0ULL, ~0ULL };

	for (int batch = 0; batch < BATCHES; batch++) {
		__u64 sums[2] = {};

		for (int i = 0; i < BATCH; i++) {
			sums[0] += run(0, request, sizeof(request) - 1, 0);
			sums[1] += run(1, bytes, size, 0);
		}
		ring_buffer__consume(ring);
		for (int i = 0; i < 2; i++)
			if (sums[i] < best[i])
				best[i] = sums[i];
	}
	run(0, "", 0, 1);
	printf("%s: request %.0f ns, response %.0f ns\n", name, (double)best[0] / BATCH, (double)best[1] / BATCH);
}

int main(int count, char **arguments)
{
	struct header_rule keep = { .request.keep = 1, .response.keep = 1, .id = 20, .keep_length = 256 };
	struct header_rule note = { .request.presence = 1, .id = 21, .keep_length = 256, .floor = 1 };
	struct header_rule print = { .request.fingerprint = 1, .id = 22, .keep_length = 256, .has_scheme = 1, .floor = 1 };
	struct slot_config config = { .generation = 1, .any_executable = 1, .any_port = 1, .server = 1, .client = 1 };
	__u32 first = 0;
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (stats < 0)
		return 1;
	object = bpf_object__open_file(count > 1 ? arguments[1] : "build/masthead.bpf.o", NULL);
	if (!object)
		return 1;
	bpf_program__set_expected_attach_type(bpf_object__find_program_by_name(object, "ssl_call_session"), UPROBE_SESSION);
	if (bpf_object__load(object))
		return 1;
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "parse_test"));
	ring = ring_buffer__new(map_of("records"), on_record, NULL, NULL);
	set_tables_for_tests(set);
	ask(&config.request_names, "x-request-id", keep);
	ask(&config.request_names, "x-client-id", keep);
	ask(&config.request_names, "user-agent", keep);
	ask(&config.request_names, "authorization", print);
	ask(&config.request_names, "cookie", note);
	ask(&config.response_names, "content-type", keep);
	set("slots", &first, &config);
	measure("content-length", small_response, sizeof(small_response) - 1);
	measure("chunked", chunked_response, sizeof(chunked_response) - 1);
	ring_buffer__free(ring);
	bpf_object__close(object);
	close(stats);
	return 0;
}
