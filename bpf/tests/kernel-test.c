// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * make kernel-test, as root. Loads the object, attaches nothing, and runs the cases through the program parse_test in the
 * kernel: whole, in pieces, and with every step split at every byte. Then nothing of the bytes may be left in any map.
 */
#include "cases.h"
#include "render.h"
#include "tables-for-tests.h"
#include "../include/parse-test.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <sys/utsname.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))
#define UPROBE_SESSION 57

static struct bpf_object *object;
static struct ring_buffer *ring;
static struct rendering rendering;
static char text[1 << 20];
static int program, passed, failed;
static __u64 ssl;

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

static int on_record(void *context, void *record, size_t size)
{
	(void)context;
	(void)size;
	if (((struct record_header *)record)->kind <= RECORD_CONNECTION_END)
		render_record(&rendering, record);
	return 0;
}

/* The bytes are copied, since a page of the table that was never touched cannot be read in the kernel. */
static void run(int direction, const void *bytes, int size, int close)
{
	static __u8 buffer[1 << 17];
	struct parse_test test = { .buffer = (__u64)buffer, .ssl = ssl, .process = 0x7fffffff, .size = size,
				   .direction = direction, .close = close, .time_ns = 1 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &test, .ctx_size_in = sizeof(test));

	memcpy(buffer, bytes, size);
	if (bpf_prog_test_run_opts(program, &options) || options.retval) {
		fprintf(stderr, "parse_test: %d\n", options.retval);
		exit(1);
	}
}

static void play(const struct test_case *c, int which, int at, int every)
{
	ssl++;
	rendering.lines = 0;
	for (int i = 0; i < COUNT(c->steps) && c->steps[i].bytes; i++) {
		const struct case_step *s = &c->steps[i];

		for (int done = 0, take; done < s->size; done += take) {
			take = s->size - done;
			if (every && take > every)
				take = every;
			else if (i == which && done < at)
				take = at;
			run(s->direction, s->bytes + done, take, 0);
		}
	}
	run(0, "", 0, END_CLOSED);
	ring_buffer__consume(ring);
	print_rendering(&rendering, text, sizeof(text), 0);
	if (!strcmp(text, c->answer)) {
		passed++;
		return;
	}
	if (failed++ < 10)
		printf("FAILED: %s, step %d at %d, pieces of %d\n%s--\n%s\n", c->name, which, at, every, text, c->answer);
}

static void expect_empty(const char *map)
{
	char key[256];

	if (bpf_map_get_next_key(map_of(map), NULL, key)) {
		passed++;
		return;
	}
	failed++;
	printf("FAILED: something is left in %s\n", map);
}

/* Programs that want a younger kernel than the floor of 6.1; where it is young enough they have to load. */
static const struct {
	const char *name;
	int major, minor;
} younger[] = { { "ssl_call_session", 6, 13 }, { "socket_send", 6, 3 }, { "socket_receive", 6, 3 }, { "arrival_note", 6, 3 },
	      { "arrival_take", 6, 3 } };

static void leave_out_what_is_younger(void)
{
	struct utsname kernel;
	int major = 0, minor = 0;

	uname(&kernel);
	sscanf(kernel.release, "%d.%d", &major, &minor);
	for (int i = 0; i < COUNT(younger); i++) {
		if (major > younger[i].major || (major == younger[i].major && minor >= younger[i].minor))
			continue;
		bpf_program__set_autoload(bpf_object__find_program_by_name(object, younger[i].name), false);
		printf("left out: %s is of Linux %d.%d\n", younger[i].name, younger[i].major, younger[i].minor);
	}
}

int main(int count, char **arguments)
{
	object = bpf_object__open_file(count > 1 ? arguments[1] : "build/masthead.bpf.o", NULL);
	if (!object)
		return 1;
	bpf_program__set_expected_attach_type(bpf_object__find_program_by_name(object, "ssl_call_session"), UPROBE_SESSION);
	leave_out_what_is_younger();
	if (bpf_object__load(object))
		return 1;
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "parse_test"));
	ring = ring_buffer__new(map_of("records"), on_record, NULL, NULL);
	set_tables_for_tests(set);
	for (int i = 0; i < COUNT(cases); i++) {
		const struct test_case *c = &cases[i];

		play(c, -1, 0, 0);
		for (int every = 1; every < 8 && !c->whole_only; every++)
			play(c, -1, 0, every);
		for (int s = 0; s < COUNT(c->steps) && c->steps[s].bytes && !c->whole_only; s++)
			for (int at = 1; at < c->steps[s].size; at++)
				if (is_split_tried(&c->steps[s], at))
					play(c, s, at, 0);
	}
	expect_empty("connections");
	expect_empty("assemblies");
	printf("%d passed, %d failed\n", passed, failed);
	ring_buffer__free(ring);
	bpf_object__close(object);
	return failed != 0;
}
