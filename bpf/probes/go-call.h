/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * crypto/tls of Go programs. What is remembered of a call is found again by its goroutine: that may go on with another
 * thread, and its stack may be moved to another address while it is in a call. A return is caught at the function's `ret`
 * instructions: the address that a return probe would put on the stack, Go takes for a broken stack.
 *
 * A read is noted at its entry and looked at when it returns. What is written is looked at where Write hands each record
 * on, after the handshake and under the connection's own lock: by the time Write returns, another goroutine may have
 * read the answer.
 */
#ifndef MASTHEAD_PROBES_GO_CALL_H
#define MASTHEAD_PROBES_GO_CALL_H

#include "ssl-call.h"
#include "go-calling.h"
#include "go-socket.h"

#if defined(__TARGET_ARCH_x86)

static __always_inline void note_go_read(struct pt_regs *regs, struct task_struct *task, struct go_site site, __u64 connection,
					 __u64 buffer)
{
	__u32 id = task->tgid, place, *in_flight = calls_of_process(id);
	struct goroutine g;
	struct call *call = 0;
	__u64 stack;

	if (find_goroutine(regs, task, site, &g)) {
		stack = call_of_goroutine(regs, &g);
		call = claim_call(stack, id, &place);
	} else {
		count(COUNTER_HELPER_FAILED);
	}
	if (!call || !in_flight) {
		note_unseen_read(connection, id, site.source);
		return;
	}
	if (call->state == CALL_CLAIMED)
		add_atomically(in_flight, 1);
	call->process = id;
	call->stack = stack;
	call->ssl = connection;
	call->on_stack = buffer > g.stack.low && buffer < g.stack.high;
	call->buffer = call->on_stack ? g.stack.high - buffer : buffer;
	call->length_at = 0;
	call->begun_ns = 0;
	call->outer_stack = 0;
	call->site.function = site.function;
	call->site.source = site.source;
	call->thread = 0;
	compare_and_swap(&call->state, CALL_CLAIMED, CALL_NOTED);
}

/*
 * A handshake begins: once in the life of a connection, before any byte passes. So what is remembered at this address was of
 * another one, which was collected without Close. But for a client that negotiates anew (TLS 1.2): its socket is the same.
 */
static __always_inline void begin_go_connection(struct pt_regs *regs, struct task_struct *task, struct go_site site,
						const struct connection_key *key)
{
	struct connection *c = claim_connection(key);
	struct record_socket socket ON_STACK;
	int unseen_reads;

	if (!c)
		return;
	socket.family = 0;
	if (read_go_socket(task, key->ssl, tcp_close_of(regs, site), &socket) && socket.local_port == c->socket.local_port && socket.peer_port == c->socket.peer_port &&
	    load_word(socket.peer) == load_word(c->socket.peer) && load_word(socket.peer + 8) == load_word(c->socket.peer + 8)) {
		release(&c->busy);
		return;
	}
	unseen_reads = c->unseen_reads;
	end_connection(c, key, END_REUSED);
	if (unseen_reads)	/* of a read that goes on: the handshake is within it */
		note_unseen_read(key->ssl, key->process, site.source);
}

/* Entries of Read and Close, and of both sides' handshakes. */
SEC("uprobe")
int go_call_entry(struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct go_site site = go_site_of(bpf_get_attach_cookie(regs));
	struct connection_key key = { .process = task->tgid };
	struct go_arguments arguments;
	struct thread *thread = 0;
	struct connection *c;

	if (will_begin_anew(regs))
		return 0;
	count(COUNTER_PROBE_HITS);
	if (site.function == SITE_GO_READ && !is_target(task, task->tgid, &thread))
		return 0;
	if (!read_arguments(regs, site, &arguments)) {
		count(COUNTER_HELPER_FAILED);
		return 0;
	}
	key.ssl = arguments.connection;
	switch (site.function) {
	case SITE_GO_READ:
		note_go_read(regs, task, site, arguments.connection, arguments.buffer);
		break;
	case SITE_GO_HANDSHAKE:
		begin_go_connection(regs, task, site, &key);
		if (is_target(task, key.process, &thread))
			ensure_connection(key.ssl, key.process, site.source);
		break;
	case SITE_GO_CLOSE:
		c = claim_connection(&key);
		if (c)
			end_connection(c, &key, END_CLOSED);
		break;
	}
	return 0;
}

struct go_bytes {
	__u64 connection, buffer, size;
};

/* At a `ret` of Read. 0: it read nothing, or its entry was not seen. */
static __noinline int finish_go_read(struct pt_regs *regs, struct task_struct *task, __u64 cookie, struct go_bytes *b)
{
	struct go_site site = go_site_of(cookie);
	__u32 id = task->tgid, *in_flight = calls_of_process(id);
	struct goroutine g;
	struct call *call;

	if (!in_flight || !*in_flight || !find_goroutine(regs, task, site, &g))
		return 0;
	call = find_call(call_of_goroutine(regs, &g), id);
	if (!call)
		return 0;
	add_atomically(in_flight, -1);
	b->connection = call->ssl;
	b->buffer = call->on_stack ? g.stack.high - call->buffer : call->buffer;
	b->size = regs->ax;
	release(&call->state);
	return !site.goroutine_at || !bpf_probe_read_user(&b->size, sizeof(b->size), (void *)(regs->sp + 40));
}

#define APPLICATION_DATA 23	/* RFC 8446 section 5.1 */

/* At a call of (*Conn).writeRecordLocked(type, data). 0: what it writes is not the program's. */
static __noinline int find_go_record(struct pt_regs *regs, __u64 cookie, struct go_bytes *b)
{
	struct {
		__u64 connection;
		__u8 type, reserved[7];
		__u64 buffer, size;
	} a = { .connection = regs->ax, .type = regs->bx, .buffer = regs->cx, .size = regs->di };

	if (go_site_of(cookie).goroutine_at && bpf_probe_read_user(&a, sizeof(a), (void *)regs->sp))
		return 0;
	b->connection = a.connection;
	b->buffer = a.buffer;
	b->size = a.size;
	return a.type == APPLICATION_DATA;
}

/* 1: here are bytes of a target. */
static __always_inline int find_go_bytes(struct pt_regs *regs, struct task_struct *task, __u64 cookie, struct go_bytes *b)
{
	struct thread *thread = 0;

	if (go_site_of(cookie).function == SITE_GO_READ_RETURN)
		return finish_go_read(regs, task, cookie, b);
	count(COUNTER_PROBE_HITS);
	return is_target(task, task->tgid, &thread) && find_go_record(regs, cookie, b);
}

/*
 * The first that is seen of a connection whose handshake was not, which is older than the probes, is what it writes. Of a client a read
 * may have waited since before that, as net/http has one at all times: the response that it will return is not seen, and
 * the next one is not to be taken for it.
 */
static __always_inline void expect_unseen_response(const struct connection_key *key)
{
	struct connection *c = bpf_map_lookup_elem(&connections, key);

	if (c && c->role == ROLE_CLIENT)
		c->directions[READ].missed = 1;
}

/* Where bytes are to be had. */
SEC("uprobe")
int go_call_bytes(struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 cookie = bpf_get_attach_cookie(regs);
	struct go_site site = go_site_of(cookie);
	struct site where = { .function = site.function, .source = site.source };
	struct connection_key key = { .process = task->tgid };
	struct go_bytes b = {};
	struct connection *c;
	struct process *process;
	struct out *o = 0;
	struct work *w;

	if (!find_go_bytes(regs, task, cookie, &b))
		return 0;
	process = bpf_map_lookup_elem(&processes, &key.process);
	if (!b.size || b.size > 0x7fffffff || !process)
		return 0;
	key.ssl = b.connection;
	w = place_call(&key, b.buffer, b.size, where, bpf_ktime_get_ns(), &process->executable, &o);
	if (!w || !o)
		return 0;
	w->tie = TIE_DESCRIPTOR;
	c = bpf_map_lookup_elem(&connections, &key);
	if (!c || !c->socket.family)
		read_go_socket(task, b.connection, tcp_close_of(regs, site), &w->socket);
	observe(w, o, &key);
	release(&w->busy);
	if (!c && site.function != SITE_GO_READ_RETURN)
		expect_unseen_response(&key);
	return 0;
}

#endif

#endif
