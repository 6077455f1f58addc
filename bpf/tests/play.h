/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The cases: whole, split in every way, in parts of one call, and with another connection's calls between. One answer. */
#ifndef MASTHEAD_PLAY_H
#define MASTHEAD_PLAY_H

#include "check.h"
#include "random.h"

#define CASES COUNT(cases)
#define STEPS COUNT(cases[0].steps)

/* Where calls end: step `which` at `at` and `second`, and every step after each `every` bytes; 0: not there. */
struct cuts {
	int which, at, second, every;
};

static int next_cut(const struct cuts *cuts, int step, int done, int size)
{
	int to = size;

	if (cuts->every && done + cuts->every < to)
		to = done + cuts->every;
	if (step == cuts->which && cuts->second > done && cuts->second < to)
		to = cuts->second;
	if (step == cuts->which && cuts->at > done && cuts->at < to)
		to = cuts->at;
	return to;
}

/* A case on its way: the next call is of step `step`, from `done` on. */
struct playing {
	const struct test_case *c;
	__u64 ssl;
	struct cuts cuts;
	int step, done;
};

/* Feeds one call. 0: there was none left. */
static int play_call(struct playing *p)
{
	const struct case_step *s = &p->c->steps[p->step];
	int to;

	if (p->step >= STEPS || !s->bytes)
		return 0;
	to = next_cut(&p->cuts, p->step, p->done, s->size);
	feed(p->ssl, s->direction, s->bytes + p->done, to - p->done);
	p->done = to;
	if (to == s->size) {
		p->step++;
		p->done = 0;
	}
	return 1;
}

static int says(const struct test_case *c, __u64 connection)
{
	render(&rendering, host.sent, host.sent_bytes);
	print_connection(&rendering, text, sizeof(text), 0, connection);
	return !strcmp(text, c->answer);
}

static void play(const struct test_case *c, struct cuts cuts, const char *how)
{
	struct playing p = { .c = c, .ssl = 1, .cuts = cuts };
	char detail[200];

	start();
	while (play_call(&p))
		;
	hang_up(1);
	snprintf(detail, sizeof(detail), "%s: step %d at %d and %d, every %d", how, cuts.which, cuts.at, cuts.second, cuts.every);
	check(says(c, 0), c->name, detail);
	check(balances() && !work_areas_hold_bytes(), c->name, "left raw bytes behind, or a request uncounted");
}

/* Each step one call, its bytes in parts of `every`, as writev has them. */
static void play_in_parts(const struct test_case *c, int every)
{
	char detail[40];

	start();
	for (int i = 0; i < STEPS && c->steps[i].bytes; i++)
		feed_parts(1, c->steps[i].direction, c->steps[i].bytes, c->steps[i].size, every);
	hang_up(1);
	snprintf(detail, sizeof(detail), "in parts of %d", every);
	check(says(c, 0), c->name, detail);
	check(balances() && !work_areas_hold_bytes(), c->name, "left raw bytes behind, or a request uncounted");
}

/* Connection ids are given in order: `first` is the one that is called first. */
static void check_both(const struct test_case *first, const struct test_case *second, const char *how)
{
	char detail[200];

	hang_up(1);
	hang_up(2);
	snprintf(detail, sizeof(detail), "%s \"%s\"", how, second->name);
	check(says(first, 1), first->name, detail);
	snprintf(detail, sizeof(detail), "%s \"%s\"", how, first->name);
	check(says(second, 2), second->name, detail);
	check(balances() && !work_areas_hold_bytes(), first->name, detail);
}

static void play_in_turn(const struct test_case *first, const struct test_case *second, int every)
{
	struct playing a = { .c = first, .ssl = 1, .cuts.every = first->whole_only ? 0 : every };
	struct playing b = { .c = second, .ssl = 2, .cuts.every = second->whole_only ? 0 : every };

	start();
	while (play_call(&a) | play_call(&b))
		;
	check_both(first, second, "call by call with");
}

/* `second` as a whole within a call of `first`, or behind one. */
static void play_within(const struct test_case *first, struct cuts cuts, const struct test_case *second)
{
	struct playing a = { .c = first, .ssl = 1, .cuts = cuts }, b = { .c = second, .ssl = 2 };

	start();
	while (play_call(&a))
		if (a.step == cuts.which + !cuts.at && a.done == cuts.at)
			while (play_call(&b))
				;
	check_both(first, second, "around");
}

static int is_long(const struct test_case *c)
{
	for (int i = 0; i < STEPS; i++)
		if (c->steps[i].size >= SPLIT_ALL)
			return 1;
	return 0;
}

/* Another case, a short one. */
static const struct test_case *partner(const struct test_case *c, int distance)
{
	int at = (c - cases + distance) % CASES;

	while (is_long(&cases[at]) || &cases[at] == c)
		at = (at + 1) % CASES;
	return &cases[at];
}

static void split_case(const struct test_case *c, __u64 *seed)
{
	for (int every = 1; every < 8; every++)
		play(c, (struct cuts){ .which = -1, .every = every }, "in pieces");
	for (int i = 0; i < STEPS && c->steps[i].bytes; i++) {
		int size = c->steps[i].size;

		for (int at = 1; at < size; at++) {
			if (!is_split_tried(&c->steps[i], at))
				continue;
			play(c, (struct cuts){ .which = i, .at = at }, "split");
			play_within(c, (struct cuts){ .which = i, .at = at }, partner(c, at));
		}
		for (int n = 0; n < 16 && size > 2; n++) {
			int at = 1 + random_below(seed, size - 2);

			play(c, (struct cuts){ .which = i, .at = at, .second = at + 1 + random_below(seed, size - at - 1) }, "in three");
		}
	}
	for (int every = 1; every < 6; every += 2)
		play_in_turn(c, partner(c, every), every);
}

static void run_case(const struct test_case *c)
{
	__u64 seed = c - cases;

	play(c, (struct cuts){ .which = -1 }, "whole");
	if (c->counter) {
		snprintf(text, sizeof(text), "counter %d", c->counter);
		check(counted(c->counter) == 1, c->name, text);
	}
	for (int every = is_long(c) ? 50 : 1; every < 60; every = every * 2 + 1)
		play_in_parts(c, every);
	play_in_turn(c, partner(c, 1), 0);
	for (int i = 0; i + 1 < STEPS && c->steps[i + 1].bytes; i++)
		play_within(c, (struct cuts){ .which = i }, partner(c, i));
	if (!c->whole_only)
		split_case(c, &seed);
}

static void print_case(const struct test_case *c)
{
	struct playing p = { .c = c, .ssl = 1, .cuts.which = -1 };

	start();
	while (play_call(&p))
		;
	hang_up(1);
	printf("== %s\n%s\n", c->name, answer(0));
}

#endif
