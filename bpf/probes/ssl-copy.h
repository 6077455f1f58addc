/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What OpenSSL takes from the program and gives it, where the library copies it: one hit for each piece, and no call is noted from its entry to
 * its return. One program for both ways, since each has all of the parser in it, which takes the kernel a tenth of a second to verify.
 */
#ifndef MASTHEAD_PROBES_SSL_COPY_H
#define MASTHEAD_PROBES_SSL_COPY_H

#include "cold-write.h"
#include "ssl-read-copy.h"
#include "ssl-write-copy.h"

#if defined(__TARGET_ARCH_x86)

/* HTTP came of no socket that is known: user space has to know, since such reads tell their socket only from their entry on. */
static __always_inline void note_foreign_bio(const struct connection_key *key)
{
	struct connection *c = find_connection(key);
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);

	if (process && c && (c->directions[READ].in_step || c->directions[WRITE].in_step))
		process->foreign_bios = 1;
}

SEC("uprobe")
int ssl_copy(struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 cookie = bpf_get_attach_cookie(regs);
	struct site site = site_in(cookie);
	struct connection_key key = { .process = task->tgid };
	int is_write = site.function == SITE_WRITE_COPY;
	struct copied_bytes b = {};
	struct thread *thread = 0;

	count(COUNTER_PROBE_HITS);
	if (!is_target(task, key.process, &thread) || !(is_write ? find_write_copy(regs, cookie, &b) : find_read_copy(regs, cookie, &b)))
		return 0;
	if (!thread || !b.size || b.size > 0x7fffffff) {
		count(COUNTER_HELPER_FAILED);
		miss_call(b.ssl, key.process, is_write ? WRITE : READ, b.buffer, b.size ? b.size : REQUEST_BYTES);
		return 0;
	}
	if (thread->cold_bytes)
		miss_cold(thread, key.process);
	thread->copied_by.family = 0;
	if (is_write) {
		tell_write_copy(cookie, &b, thread, task);
		if (is_cold(thread, &b, STACK_POINTER(regs)))
			return 0;
	} else if (!tell_read_copy(regs, cookie, &b, thread, task)) {
		return 0;
	}
	opaque(b.measured);	/* else whether it is there is asked by the site, which the verifier does not connect */
	key.ssl = b.ssl;
	take_bytes(&key, b.buffer, b.size, site, 0, &thread->executable, b.socket, b.tie, b.measured, b.connection);
	if (b.is_foreign)
		note_foreign_bio(&key);
	return 0;
}

#endif

#endif
