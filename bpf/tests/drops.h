/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Good traffic over three connections while things are lost at random, then without losses. Every request has a number,
 * in its path, and its response the same one in X-Keep:
 * - captured = sent + lost, always;
 * - where the ring refused records, and nothing else was lost, no response belongs to another request than its own, and
 *   all that came afterwards is there;
 * - where calls were lost, the same holds for the pairs, and the connection finds its place again; if several requests
 *   were outstanding at once nobody can know, and such a pair is marked.
 */
#ifndef MASTHEAD_DROPS_H
#define MASTHEAD_DROPS_H

#include "check.h"
#include "random.h"

#define DROP_CONNECTIONS 3
#define DROP_ROUNDS 60	/* of trouble, and as many without */
#define DROP_RUNS 2000

enum trouble { TROUBLE_RING, TROUBLE_READ, TROUBLE_SCRATCH, TROUBLE_ASSEMBLY, TROUBLE_CALLS, TROUBLES };
static const char *const trouble_names[] = { "ring", "read", "scratch", "assembly", "calls" };

struct peer {
	__u64 ssl;
	__u32 client;		/* 1: of the client's side, it writes requests */
	__u32 depth;		/* requests at once */
	int next, answered;	/* numbers of requests */
	__u8 head[16];		/* of the outstanding: HEAD */
};

struct trouble_run {
	__u64 seed;
	enum trouble trouble;
	int numbers;		/* given to requests so far */
	int first_good;		/* number of the first request after the trouble */
};

static void trouble_call(struct trouble_run *run, struct peer *p, int direction, const char *bytes, int size, int troubled)
{
	struct connection_key key = { .ssl = p->ssl, .process = 7 };
	struct connection *c = find_connection(&key);
	/* that a call was missed is remembered with its connection: of the first one of all nothing can be */
	int now = troubled && c && !random_below(&run->seed, 6);

	if (now && run->trouble == TROUBLE_CALLS) {	/* as probes/ssl-call.h does where a read was not noted */
		if (direction == READ) {
			c->directions[READ].missed = 1;
			c->unseen_reads = 1;
			return;
		}
	}
	host.unreadable = now && run->trouble == TROUBLE_READ;
	host.limited_map = &assemblies;
	host.limit = now && run->trouble == TROUBLE_ASSEMBLY ? 0 : 16;
	for (__u32 i = 0; i < WORK_AREAS; i++)
		((struct work *)bpf_map_lookup_elem(&work_areas, &i))->busy = now && run->trouble == TROUBLE_SCRATCH;
	feed(p->ssl, direction, bytes, size);
	host.unreadable = 0;
	for (__u32 i = 0; i < WORK_AREAS; i++)
		((struct work *)bpf_map_lookup_elem(&work_areas, &i))->busy = 0;
}

/* The bytes in calls of any size; in trouble each of them may be lost. */
static void trouble_bytes(struct trouble_run *run, struct peer *p, int direction, const char *bytes, int size, int troubled)
{
	int most = random_below(&run->seed, 2) ? size : 1 + random_below(&run->seed, size);

	host.refused_of_256 = troubled && run->trouble == TROUBLE_RING ? 64 : 0;
	for (int done = 0, take; done < size; done += take) {
		take = size - done < most ? size - done : most;
		trouble_call(run, p, direction, bytes + done, take, troubled);
	}
	host.refused_of_256 = 0;
}

static int write_body(char *to, __u64 *seed, int may_be_empty)
{
	static const char filler[] = "{body {body {body {body {body {body {body ";
	int size = random_below(seed, sizeof(filler) - 1);

	if (may_be_empty && !random_below(seed, 4))
		return sprintf(to, "Content-Length: 0\r\n\r\n");
	if (random_below(seed, 2))
		return sprintf(to, "Content-Length: %d\r\n\r\n%.*s", size, size, filler);
	return sprintf(to, "Transfer-Encoding: chunked\r\n\r\n%x;x=y\r\n%.*s\r\n0\r\nX-Keep: t\r\n\r\n", size + 1, size + 1, filler);
}

static void ask(struct trouble_run *run, struct peer *p, int *numbers, int troubled)
{
	char text[400];
	int kind = random_below(&run->seed, 4), n;

	*numbers = run->numbers++;
	p->head[p->next++ & 15] = kind == 1;
	n = sprintf(text, "%s /%d HTTP/1.1\r\nX-Keep: %d\r\n", kind == 1 ? "HEAD" : kind == 2 ? "POST" : "GET", *numbers, *numbers);
	n += kind == 2 ? write_body(text + n, &run->seed, 0) : sprintf(text + n, "\r\n");
	trouble_bytes(run, p, p->client, text, n, troubled);
}

static void answer_one(struct trouble_run *run, struct peer *p, int number, int troubled)
{
	char text[400];
	int n = 0, head = p->head[p->answered++ & 15];

	if (!random_below(&run->seed, 5))
		n += sprintf(text, "HTTP/1.1 103 Early Hints\r\nX-Keep: no\r\n\r\n");
	if (!random_below(&run->seed, 5))
		n += sprintf(text + n, "HTTP/1.1 304 Not Modified\r\nX-Keep: %d\r\nContent-Length: 9\r\n\r\n", number);
	else if (head)
		n += sprintf(text + n, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-Keep: %d\r\n\r\n", number);
	else {
		n += sprintf(text + n, "HTTP/1.1 200 OK\r\nX-Keep: %d\r\n", number);
		n += write_body(text + n, &run->seed, 1);
	}
	trouble_bytes(run, p, !p->client, text, n, troubled);
}

static void exchanges_of(struct trouble_run *run, struct peer *p, int troubled)
{
	int numbers[8], asked = 1 + random_below(&run->seed, p->depth);

	for (int i = 0; i < asked; i++)
		ask(run, p, &numbers[i], troubled);
	for (int i = 0; i < asked; i++)
		answer_one(run, p, numbers[i], troubled);
}

static int number_of(const char *rest, const char *before)
{
	const char *at = strstr(rest, before);

	return at ? atoi(at + strlen(before)) : -1;
}

/* The request of a response; -1: it is not there. */
static int request_of(int response)
{
	for (int i = 0; i < rendering.lines; i++)
		if (!rendering.line[i].response && rendering.line[i].connection == rendering.line[response].connection &&
		    rendering.line[i].exchange == rendering.line[response].exchange)
			return i;
	return -1;
}

struct tally {
	int wrong, wrong_unmarked, good;
};

static struct tally pairs(int first_good)
{
	struct tally t = { 0 };

	for (int i = 0; i < rendering.lines; i++) {
		int marks = RECORD_GAP_BEFORE | RECORD_MID_STREAM | RECORD_MALFORMED, request, asked, answered;

		if (!rendering.line[i].response)
			continue;
		request = request_of(i);
		asked = request < 0 ? -1 : number_of(rendering.line[request].rest, " /");
		answered = number_of(rendering.line[i].rest, " s0 ");
		if (asked != answered) {
			t.wrong++;
			t.wrong_unmarked += request < 0 || !((rendering.line[request].flags | rendering.line[i].flags) & marks);
		}
		t.good += asked == answered && asked >= first_good && rendering.line[request].complete == 1 && rendering.line[i].complete == 1;
	}
	return t;
}

static void drop_run(enum trouble trouble, int seed)
{
	struct trouble_run run = { .seed = seed, .trouble = trouble };
	struct peer peers[DROP_CONNECTIONS] = {};
	int good, pipelined = seed & 1;
	struct tally t;
	char detail[200];

	start();
	host.random = seed;
	for (int i = 0; i < DROP_CONNECTIONS; i++)
		peers[i] = (struct peer){ .ssl = i + 1, .client = (seed / 2 + i) & 1, .depth = pipelined ? 1 + (seed / 4 + i) % 4 : 1 };
	for (int i = 0; i < DROP_ROUNDS; i++)
		exchanges_of(&run, &peers[random_below(&run.seed, DROP_CONNECTIONS)], 1);
	run.first_good = run.numbers;
	for (int i = 0; i < DROP_ROUNDS; i++)
		exchanges_of(&run, &peers[i % DROP_CONNECTIONS], 0);
	good = run.numbers - run.first_good;
	for (int i = 0; i < DROP_CONNECTIONS; i++)
		hang_up(i + 1);
	answer(0);
	t = pairs(run.first_good);
	snprintf(detail, sizeof(detail), "%s, seed %d: %d wrong, %d of them unmarked, %d good of %d", trouble_names[trouble], seed, t.wrong,
		 t.wrong_unmarked, t.good, good);
	text[0] = 0;
	check(balances(), "captured = sent + lost", detail);
	check(!work_areas_hold_bytes(), "raw bytes left behind", detail);
	check(pipelined && trouble != TROUBLE_RING ? !t.wrong_unmarked : !t.wrong, "a response of another request", detail);
	if (trouble == TROUBLE_RING)
		check(t.good == good, "all that came afterwards", detail);
	else if (!pipelined)
		check(2 * t.good >= good, "found its place again", detail);
}

static void drops(void)
{
	for (int trouble = 0; trouble < TROUBLES; trouble++)
		for (int seed = 1; seed <= DROP_RUNS / TROUBLES; seed++)
			drop_run(trouble, seed);
}

#endif
