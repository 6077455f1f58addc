/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Writes where OpenSSL makes records of what the program hands over (SITE_WRITE_COPY), in the stead of both ends of SSL_write: each
 * byte passes there once, whether the record is sent at once or after the program has asked again. So it is these or those, as
 * long as the agent runs: a call that is asked again says in the end that it wrote what was seen before. Up to 3.1:
 * do_ssl3_write(connection, type, bytes, lengths, records), or of records that a cipher makes several of at once,
 * ssl3_write_pending(connection, type, bytes, length).
 */
#ifndef MASTHEAD_PROBES_SSL_WRITE_COPY_H
#define MASTHEAD_PROBES_SSL_WRITE_COPY_H

#include "ciphertext-arrival.h"
#include "copied-bytes.h"
#include "ssl-bytes.h"
#include "ssl-own-socket.h"
#include "tied-socket.h"

#define IS_LOT(cookie) ((cookie) >> 16 & 1)
#define RECORDS_AT_ONCE 32	/* SSL_MAX_PIPELINES */

/* What these records hold together, which is in one piece. 0: that cannot be told. By itself, for its loop. */
verified_alone int bytes_of_records(__u64 lengths, __u64 records)
{
	__u64 bytes = 0, length = 0;

	for (__u32 i = 0; i < RECORDS_AT_ONCE && i < records; i++) {
		if (bpf_probe_read_user(&length, sizeof(length), (void *)(lengths + i * sizeof(length))))
			return 0;
		bytes += length;
	}
	return bytes > 0x7fffffff || records > RECORDS_AT_ONCE ? 0 : bytes;
}

#if defined(__TARGET_ARCH_x86)

/* 0: they are not the program's. */
static __always_inline int find_write_copy(struct pt_regs *regs, __u64 cookie, struct copied_bytes *b)
{
	if ((__u32)ARGUMENT_2(regs) != RECORD_APPLICATION_DATA)
		return 0;
	b->ssl = ARGUMENT_1(regs);
	b->buffer = ARGUMENT_3(regs);
	b->size = IS_LOT(cookie) ? ARGUMENT_4(regs) : bytes_of_records(ARGUMENT_4(regs), ARGUMENT_5(regs));
	return 1;
}

static __always_inline void tell_write_copy(__u64 cookie, struct copied_bytes *b, struct thread *thread, struct task_struct *task)
{
	struct connection_key key = { .ssl = b->ssl, .process = task->tgid };
	struct connection *c = b->connection = find_connection_near(&key, NEAR_ADDRESS(b->ssl));
	int is_known = (c && c->socket.family) || read_socket_of_copy(0, b->ssl, cookie, &thread->copied_by);

	b->is_apart = is_known ? c && moves_own_ciphertext(c) : thread->read_from != 0;
	if (!is_known && thread->read_from)	/* what the thread writes next may tell its socket */
		note_written_for(thread, b->ssl, 1);
	else
		thread->wrote_for = 0;
	b->tie = TIE_DESCRIPTOR;
	b->socket = &thread->copied_by;
	b->measured = thread;
	if (!thread->wants)
		return;
	begin_measuring(thread, task, 0, 0);
	if (!(thread->wants & TIMING_NETWORK))
		return;
	read_network_of_copy(thread, b->ssl, cookie);
	if (!thread->network_known)
		read_network_of_tied(thread, b->ssl, task->tgid);
}

#endif

#endif
