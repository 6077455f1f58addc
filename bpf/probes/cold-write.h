/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Writes at copies (ssl-write-copy.h) are seen before the library has touched what it was given, and memory that nobody has touched is not there for a
 * program of the kernel: a constant of the executable, a file that is mapped. It is there once the library has encrypted it, and is as it was until the call returns: so it is looked at
 * when the library writes to its socket. Where it does not after all, what was missed is counted.
 */
#ifndef MASTHEAD_PROBES_COLD_WRITE_H
#define MASTHEAD_PROBES_COLD_WRITE_H

#include "copied-bytes.h"
#include "ssl-bytes.h"
#include "ssl-call.h"

/* Its first byte stands for all: a head seldom begins in one page and ends in another that is not there. */
static __always_inline int is_in_memory(__u64 user)
{
	__u8 first[1];
	int is_there = !bpf_probe_read_user(first, sizeof(first), (void *)user);

	clear_bytes(first);
	return is_there;
}

/* Nobody has looked at what the thread wrote before. */
static __always_inline void miss_cold(struct thread *thread, __u32 process)
{
	miss_call(thread->cold_ssl, process, WRITE, thread->cold_buffer, thread->cold_bytes);
	thread->cold_bytes = 0;
}

/* Are bytes of such a call read? As pass_body() has it: most of large bodies are not. */
static __always_inline int is_read_there(const struct connection *c, __u64 size)
{
	const struct direction *d = c ? &c->directions[WRITE] : 0;

	if (!d)
		return 1;
	if (d->state == STATE_BODY || d->state == STATE_CHUNK_DATA)
		return d->remaining < size;
	return d->state != STATE_UNTIL_CLOSE && d->state != STATE_TUNNEL && d->state != STATE_IGNORE;
}

/* 1: it is to be looked at later, of a thread whose writes are looked at. The socket that it was told stays in `copied_by` of the thread. */
static __always_inline int is_cold(struct thread *thread, const struct copied_bytes *b, __u64 stack)
{
	if (!thread->writes_seen || b->is_apart || !is_read_there(b->connection, b->size) || is_in_memory(b->buffer))
		return 0;
	thread->cold_ssl = b->ssl;
	thread->cold_buffer = b->buffer;
	thread->cold_stack = stack;
	thread->cold_bytes = b->size;
	thread->cold_tie = b->tie;
	return 1;
}

/* Is the call that is made now within the one that was given it? */
static __always_inline int is_cold_write(const struct thread *thread, __u64 stack)
{
	return thread->cold_bytes && thread->cold_stack - stack - 1 < STACK_OF_ONE_CALL;
}

/* The library writes what it has made of it. */
SEC("?tp_btf/sys_enter")
int socket_cold_entry(__u64 *arguments)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread = bpf_task_storage_get(&threads, task, 0, 0);
	struct site site = { .function = SITE_WRITE_COPY, .source = SOURCE_OPENSSL };
	struct connection_key key = { .process = task->tgid };
	__u32 size;

	(void)arguments;
	if (!thread || !is_in_memory(thread->cold_buffer))	/* with kTLS nobody but the call itself touches it */
		return 0;
	key.ssl = thread->cold_ssl;
	size = thread->cold_bytes;
	thread->cold_bytes = 0;
	if (size && size <= 0x7fffffff)
		take_bytes(&key, thread->cold_buffer, size, site, 0, &thread->executable, &thread->copied_by, thread->cold_tie, thread,
			   find_connection(&key));
	return 0;
}

#endif
