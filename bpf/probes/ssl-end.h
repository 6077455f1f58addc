/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * SSL_free, SSL_clear and gnutls_deinit. SSL_free counts references: where others are left the connection goes on as a new
 * one, which loses nothing but its number.
 */
#ifndef MASTHEAD_PROBES_SSL_END_H
#define MASTHEAD_PROBES_SSL_END_H

#include "cold-write.h"
#include "left-connection.h"
#include "ssl-call.h"

SEC("uprobe")
int ssl_entry(struct pt_regs *regs)
{
	struct connection_key key = { .ssl = ARGUMENT_1(regs), .process = bpf_get_current_pid_tgid() >> 32 };
	struct thread *thread = bpf_task_storage_get(&threads, bpf_get_current_task_btf(), 0, 0);
	__u64 cookie = bpf_get_attach_cookie(regs);
	int is_cleared = site_in(cookie).function == SITE_CLEAR;
	struct connection *c;
	int unseen_reads;

	count(COUNTER_PROBE_HITS);
	if (thread && thread->cold_bytes && thread->cold_ssl == key.ssl)
		miss_cold(thread, key.process);
	c = claim_connection(&key);
	if (!c)
		return 0;
	if (thread && thread->read_for == key.ssl)	/* the next one at this address is tied anew */
		thread->read_is_tied = 0;
	unseen_reads = c->unseen_reads;
	end_measured_connection(c, &key, is_cleared ? END_REUSED : reason_of_free(c, cookie));
	/* A handshake begins with SSL_clear, within the first read of a server: that read goes on. */
	if (unseen_reads && is_cleared)
		note_unseen_read(key.ssl, key.process, site_in(cookie).source);
	return 0;
}

#endif
