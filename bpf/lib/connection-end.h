/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The end of a connection: its last record, and nothing left of it. */
#ifndef MASTHEAD_CONNECTION_END_H
#define MASTHEAD_CONNECTION_END_H

#include "observe.h"

/* Has a client read a response up to the end of a chunk? That need not have been its last. */
static __always_inline int is_between_chunks(const struct connection *c)
{
	const struct direction *responses = &c->directions[READ];

	return c->role == ROLE_CLIENT && responses->open && responses->state == STATE_CHUNK_SIZE && responses->phase == CHUNK_DIGITS &&
	       !responses->digits;
}

/* Is a response open of which all that was sent so far was seen? */
static __always_inline int is_followed(const struct direction *responses)
{
	return responses->open && !responses->missed;
}

/*
 * Is a response that has not ended whole when the connection ends? What ends so, and what lacks no more than its trailers: chunks are complete
 * with the one of size zero (RFC 9112 section 8).
 */
static __always_inline int is_whole_at_end(const struct direction *responses)
{
	return is_followed(responses) && (responses->state == STATE_UNTIL_CLOSE || responses->state == STATE_TRAILER);
}

/* Is a request unanswered, or a response not whole? */
static __always_inline int has_open_exchange(const struct connection *c)
{
	__u32 response = c->role == ROLE_SERVER ? WRITE : READ;

	return c->role != ROLE_UNKNOWN && (c->next_request != c->next_response || c->directions[response & 1].open);
}

/* By itself, since its record is large and the programs that end connections have little stack left. */
verified_alone int send_connection_end(struct connection *c, __u32 reason)
{
	struct record_connection_end e = {};
	struct direction *requests, *responses;
	__u32 request;

	if (!c)
		return 0;
	request = c->role == ROLE_SERVER ? READ : WRITE;
	requests = &c->directions[request & 1];
	responses = &c->directions[(request & 1) ^ 1];
	e.header.kind = RECORD_CONNECTION_END;
	e.header.size = sizeof(e);
	e.header.time_ns = bpf_ktime_get_ns();
	e.header.pid = c->key.process;
	e.header.generation = c->generation;
	e.connection = c->id;
	e.request_bytes = requests->open ? requests->bytes : 0;
	e.response_bytes = responses->open ? responses->bytes : 0;
	e.next_request = c->next_request;
	/* after a call that was not seen, or bytes that were not understood, nobody knows which responses came: none is said to be missing */
	e.next_response = responses->missed || responses->state >= STATE_RESYNC ? c->next_request : c->next_response;
	e.reason = reason;
	e.response_open = is_followed(responses);
	e.whole_at_end = is_whole_at_end(responses);
	e.between_chunks = is_between_chunks(c);
	if (send_record(&e, sizeof(e)))
		count(COUNTER_RECORDS_DROPPED);
	return 0;
}

/*
 * A head that had begun and not ended. A request among them was never counted as captured: it was not one yet
 * (RFC 9112 section 8: an incomplete request).
 */
static __always_inline void delete_assemblies(struct connection *c)
{
	struct assembly_key key = { .connection = c->id, .direction = READ };

	if (c->directions[READ].assembling)
		delete_assembly(&key);
	key.direction = WRITE;
	if (c->directions[WRITE].assembling)
		delete_assembly(&key);
}

/* Where reads are seen only at copies, a process of which none is ever seen shows that they are not where they were taken to be. */
static __always_inline void note_whether_read(const struct connection *c, struct process *process)
{
	if (c->source != SOURCE_OPENSSL || !c->directions[WRITE].in_step)
		return;
	if (c->directions[READ].in_step)
		process->has_read = 1;
	else
		process->unread++;
}

static __always_inline void end_connection(struct connection *c, const struct connection_key *key, __u8 reason)
{
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);

	if (c->reported)
		send_connection_end(c, reason);
	settle_counted(c);
	delete_assemblies(c);
	if (process)
		note_whether_read(c, process);
	if (remove_connection(c, key) && process)
		add_atomically(&process->connections, -1);
}

/* What passed last was not seen, or what comes yet will not be. */
static __always_inline void miss_both(struct connection *c)
{
	c->directions[READ].missed = c->directions[WRITE].missed = 1;
}

/* The connection of this key, claimed to be ended; NULL where there is none, or a program run holds it. */
static __always_inline struct connection *claim_connection(const struct connection_key *key)
{
	struct connection *c = find_connection(key);

	if (!c || (compare_and_swap(&c->busy, 0, 1) && !wait_for(c)))
		return 0;
	if (is_connection(c, key))
		return c;
	release(&c->busy);
	return 0;
}

struct sweep {
	__u32 process;
	__u32 goes_on;		/* what comes yet over its sockets is not seen */
	__u32 calls;		/* that were freed */
};

static long sweep_connection(void *map, struct connection_key *key, __u32 *found, struct sweep *sweep)
{
	struct connection_key gone = *key;
	struct connection *c;
	__u32 place = *found;

	(void)map;
	if (gone.process != sweep->process)
		return 0;
	c = bpf_map_lookup_elem(&connection_states, &place);
	if (c && sweep->goes_on)
		miss_both(c);
	if (c)
		end_connection(c, &gone, END_PROCESS);
	return 0;
}

static long sweep_strange(void *map, struct connection_key *key, struct strange_socket *value, struct sweep *sweep)
{
	struct connection_key gone = *key;

	(void)map;
	(void)value;
	if (gone.process == sweep->process)
		delete_strange(&gone);
	return 0;
}

static long sweep_call(void *map, __u32 *place, struct call *call, struct sweep *sweep)
{
	const volatile struct call *seen = call;

	(void)map;
	(void)place;
	if (seen->state != CALL_NOTED || seen->process != sweep->process)
		return 0;
	if (compare_and_swap(&call->state, CALL_NOTED, CALL_FREE) == CALL_NOTED)
		sweep->calls++;
	return 0;
}

/*
 * The process ended, or became another program, which may answer what is owed (CGI), and goes on then. Of several threads that end at once, one
 * clears up.
 */
static __always_inline void forget_process(__u32 id, int goes_on)
{
	struct process *process = bpf_map_lookup_elem(&processes, &id);
	__u32 connections_left, strange_left, *in_flight = calls_of_process(id);
	struct sweep sweep = { .process = id, .goes_on = goes_on };

	if (!process)
		return;
	connections_left = process->connections;
	strange_left = process->strange_sockets;
	if (bpf_map_delete_elem(&processes, &id))
		return;
	if (connections_left)
		bpf_for_each_map_elem(&connections, sweep_connection, &sweep, 0);
	if (strange_left)
		bpf_for_each_map_elem(&strange_sockets, sweep_strange, &sweep, 0);
	if (in_flight && *in_flight) {
		bpf_for_each_map_elem(&calls, sweep_call, &sweep, 0);
		add_atomically(in_flight, -sweep.calls);
	}
}

#endif
