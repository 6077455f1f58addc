/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Places in the table of connections: given back and used again, and never found by the hint of the connection before. */
#ifndef MASTHEAD_PLACES_H
#define MASTHEAD_PLACES_H

#include "check.h"

#define HINT 5	/* one for all: they share it */

static const char asked[] = "GET /p HTTP/1.1\r\n\r\n";

static struct connection *hinted(__u64 ssl)
{
	return find_connection_near(&(struct connection_key){ .ssl = ssl, .process = 7 }, HINT);
}

static void converse(__u64 ssl)
{
	feed(ssl, READ, asked, sizeof(asked) - 1);
	feed(ssl, WRITE, OK_EMPTY, sizeof(OK_EMPTY) - 1);
}

static __u64 places_used(void)
{
	return numbers_of_connections()->places;
}

static void passed_cells(void)
{
	struct connection_key one = { .ssl = 5 | SOCKET_HANDLE, .process = 7 };
	struct connection_key other = { .ssl = (5 + PASSED_CELLS) | SOCKET_HANDLE, .process = 7 };
	struct strange_socket tls = { .is_tls = 1 }, left_alone = {};

	start();
	remember_passed(&one, PASSED_AS_TLS);
	check(is_passed(&one, PASSED_AS_TLS) && !is_passed(&one, PASSED_AS_STRANGE) && !is_passed(&other, PASSED_AS_TLS), "a socket that carries TLS", "");
	pass_strange(&other);
	check(!is_passed(&other, PASSED_AS_STRANGE), "a socket whose entry is gone", "");
	bpf_map_update_elem(&strange_sockets, &other, &tls, BPF_ANY);
	pass_strange(&other);
	check(!is_passed(&other, PASSED_AS_STRANGE), "a socket whose entry is of TLS by now", "");
	remember_passed(&one, PASSED_AS_TLS);
	bpf_map_update_elem(&strange_sockets, &other, &left_alone, BPF_ANY);
	pass_strange(&other);
	check(is_passed(&other, PASSED_AS_STRANGE) && !is_passed(&other, PASSED_AS_TLS) && !is_passed(&one, PASSED_AS_TLS), "two sockets with one cell", "");
	delete_strange(&one);
	check(is_passed(&other, PASSED_AS_STRANGE), "the one that has no cell ends", "");
	delete_strange(&other);
	check(!is_passed(&other, PASSED_AS_STRANGE), "the other one ends", "");
	remember_passed(&one, PASSED_AS_TLS);
	delete_strange(&one);
	check(!is_passed(&one, PASSED_AS_TLS), "one that carried TLS ends", "");
}

static void places(void)
{
	struct connection *first, *second;

	text[0] = 0;
	passed_cells();
	start();
	converse(1);
	first = hinted(1);
	check(first && first->id == 1 && hinted(1) == first, "a connection is found by its hint", "");
	check(!hinted(2) && hinted(1) == first, "a hint of another connection", "");
	converse(2);
	second = hinted(2);
	check(second && second != first && hinted(1) == first && hinted(2) == second, "two connections with one hint", "");
	hang_up(1);
	check(!hinted(1) && !find_connection(&(struct connection_key){ .ssl = 1, .process = 7 }) && hinted(2) == second, "one that has ended", "");
	converse(3);
	check(hinted(3) == first && first->id == 3 && !hinted(1) && places_used() == 2, "its place is another's", "");
	check(!hinted(0), "no connection has the key of an empty place", "");

	start();	/* a run that came late holds the place that was given back last */
	converse(1);
	first = hinted(1);
	hang_up(1);
	first->busy = 1;
	converse(2);
	converse(3);
	check(hinted(2) && hinted(3) && hinted(2) != first && hinted(3) != first && !counted(COUNTER_LOST_CONNECTIONS), "a place that is held", "");
	release(&first->busy);
	converse(4);
	check(hinted(4) == first, "and that is held no more", "");

	start();	/* a run has waited for a connection that ended meanwhile, and whose key another one has */
	converse(1);
	first = hinted(1);
	hang_up(1);
	converse(2);
	converse(1);
	second = hinted(1);
	feed_found(first, 1, READ, &(struct part){ .address = (__u64)asked, .length = sizeof(asked) - 1 }, 1, sizeof(asked) - 1);
	check(hinted(2) == first && second != first && !first->directions[READ].missed && second->directions[READ].missed, "bytes that came late", "");

	start();
	for (__u64 ssl = 1; ssl <= 1000; ssl++) {
		converse(ssl);
		hang_up(ssl);
	}
	check(places_used() == 1 && counted(COUNTER_CAPTURED) == 1000 && balances(), "a place is given back", "");

	start();	/* the table is full, and has room again */
	host.limited_map = &connections;
	host.limit = 1;
	converse(1);
	for (int i = 0; i < 10; i++)
		converse(2);
	check(counted(COUNTER_LOST_CONNECTIONS) == 10 && places_used() == 2, "no room: the place is given back", "");
	hang_up(1);
	converse(2);
	check(counted(COUNTER_LOST_CONNECTIONS) == 10 && counted(COUNTER_CAPTURED) == 12 && places_used() == 2 && balances(), "room again", "");
}

#endif
