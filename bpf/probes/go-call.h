/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * crypto/tls of Go programs. A return probe cannot be used: the address that it would put on the stack, Go takes for a broken
 * stack. So bytes are looked at on their way: what is read where Read copies it to the program's buffer, what is written
 * where Write hands each record on, after the handshake and under the connection's own lock; by the time Write returns,
 * another goroutine may have read the answer. Nothing is remembered of a call, so one that began before there were probes
 * is seen like any other, on whatever thread its goroutine goes on.
 */
#ifndef MASTHEAD_PROBES_GO_CALL_H
#define MASTHEAD_PROBES_GO_CALL_H

#include "ciphertext-arrival.h"
#include "ssl-call.h"
#include "go-calling.h"
#include "go-socket.h"

/*
 * A handshake begins: once in the life of a connection, before any byte passes. So what is remembered at this address was of
 * another one, which was collected without Close. But for a client that negotiates anew (TLS 1.2): its socket is the same.
 */
static __always_inline void begin_go_connection(struct pt_regs *regs, struct task_struct *task, struct go_site site,
						const struct connection_key *key)
{
	struct connection *c = claim_connection(key);
	struct record_socket socket ON_STACK;

	if (!c)
		return;
	read_go_socket(task, key->ssl, tcp_close_of(regs, site), &socket, 0);
	if (is_same_socket(&socket, &c->socket)) {
		release(&c->busy);
		return;
	}
	end_connection(c, key, END_REUSED);
}

/* Entries of both sides' handshakes, and of Close. */
SEC("uprobe")
int go_call_entry(struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct go_site site = go_site_of(bpf_get_attach_cookie(regs));
	struct connection_key key = { .ssl = GO_WORD_1(regs), .process = task->tgid };
	struct thread *thread = 0;
	struct connection *c;

	if (will_begin_anew(regs))
		return 0;
	count(COUNTER_PROBE_HITS);
	if (site.is_on_stack && !read_stack(regs, 8, &key.ssl, sizeof(key.ssl))) {	/* above the return address */
		count(COUNTER_HELPER_FAILED);
		return 0;
	}
	if (site.function == SITE_GO_HANDSHAKE) {
		begin_go_connection(regs, task, site, &key);
		if (is_target(task, key.process, &thread))
			ensure_connection(key.ssl, key.process, site.source);
	} else {
		c = claim_connection(&key);
		if (c)
			end_connection(c, &key, reason_of_go_close(c, task, tcp_close_of(regs, site)));
	}
	return 0;
}

struct go_bytes {
	__u64 connection, buffer, size;
};

/* At the call of runtime.memmove(to, from, size) in Read. */
static __noinline int find_go_copy(struct pt_regs *regs, __u64 cookie, struct go_bytes *b)
{
	struct go_site site = go_site_of(cookie);
	struct {
		__u64 to, from, size;
	} a = { .from = GO_WORD_2(regs), .size = GO_WORD_3(regs) };

	if ((site.is_on_stack && !read_stack(regs, 0, &a, sizeof(a))) || !read_stack(regs, site.receiver_at, &b->connection, 8))
		return 0;
	b->buffer = a.from;
	b->size = a.size;
	return 1;
}

/* At a `ret` of Read: receiver and buffer stand one after the other, and on the stack what it returns behind the buffer's other words. */
static __noinline int find_go_result(struct pt_regs *regs, __u64 cookie, struct go_bytes *b)
{
	struct go_site site = go_site_of(cookie);

	b->size = GO_WORD_1(regs);
	return read_stack(regs, site.receiver_at, b, sizeof(b->connection) + sizeof(b->buffer)) &&
	       (!site.is_on_stack || read_stack(regs, site.receiver_at + 32, &b->size, sizeof(b->size)));
}

/* At a call of (*Conn).writeRecordLocked(type, data). 0: what it writes is not the program's. */
static __noinline int find_go_record(struct pt_regs *regs, __u64 cookie, struct go_bytes *b)
{
	struct go_site site = go_site_of(cookie);
	struct {
		__u64 connection;
		__u8 type, reserved[7];
		__u64 buffer, size;
	} a = { .connection = GO_WORD_1(regs), .type = GO_WORD_2(regs), .buffer = GO_WORD_3(regs), .size = GO_WORD_4(regs) };

	if (site.is_on_stack && !read_stack(regs, 0, &a, sizeof(a)))
		return 0;
	b->connection = a.connection;
	b->buffer = a.buffer;
	b->size = a.size;
	return a.type == RECORD_APPLICATION_DATA;
}

static __always_inline int find_go_bytes(struct pt_regs *regs, __u64 cookie, struct go_bytes *b)
{
	switch (go_site_of(cookie).function) {
	case SITE_GO_READ_COPY: return find_go_copy(regs, cookie, b);
	case SITE_GO_READ_RETURN: return find_go_result(regs, cookie, b);
	default: return find_go_record(regs, cookie, b);
	}
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
	struct thread *thread = 0, *measured;
	struct go_bytes b = {};
	struct connection *c;
	struct out *o = 0;
	__u64 handle = 0;
	struct work *w;

	count(COUNTER_PROBE_HITS);
	if (!is_target(task, key.process, &thread) || !find_go_bytes(regs, cookie, &b))
		return 0;
	if (!b.size || b.size > 0x7fffffff)
		return 0;
	key.ssl = b.connection;
	c = find_connection_near(&key, NEAR_ADDRESS(key.ssl));
	if (c && is_unasked(c))
		return 0;
	if (!thread) {
		count(COUNTER_HELPER_FAILED);
		miss_call(key.ssl, key.process, is_read(where.function) ? READ : WRITE, b.buffer, b.size);
		return 0;
	}
	w = place_call(&key, b.buffer, b.size, where, 0, &thread->executable, &o);
	if (!w || !o)
		return 0;
	w->tie = TIE_DESCRIPTOR;
	measured = thread->wants & TIMINGS_OF_GO ? thread : 0;
	if (measured || !c || !c->socket.family)
		handle = read_go_socket(task, b.connection, tcp_close_of(regs, site), &w->socket, measured);
	if (measured)
		measure_go_call(w, measured);
	if (measured && handle && (measured->wants & TIMING_ARRIVAL) && site.function == SITE_GO_READ_COPY)
		take_go_arrival(w, handle);
	if (!c || !is_connection(c, &key))	/* it may have been made or closed while its socket was read */
		c = find_connection(&key);
	observe(w, o, &key, c);
	release(&w->busy);
	return 0;
}

#endif
