/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Writes that are looked at where OpenSSL makes records of what the program hands over (SITE_WRITE_COPY), in the stead of both ends of SSL_write: each
 * byte passes there once, whether the record is sent at once or after the program has asked again. So it is these or those, as
 * long as the agent runs: a call that is asked again says in the end that it wrote what was seen before. Up to 3.1:
 * do_ssl3_write(connection, type, bytes, lengths, records), or of records that a cipher makes several of at once,
 * ssl3_write_pending(connection, type, bytes, length).
 */
#ifndef MASTHEAD_PROBES_SSL_WRITE_COPY_H
#define MASTHEAD_PROBES_SSL_WRITE_COPY_H

#include "ssl-copy.h"

#define IS_LOT(cookie) ((cookie) >> 16 & 1)
#define RECORDS_AT_ONCE 32	/* SSL_MAX_PIPELINES */

/* What these records hold together, which is in one piece. 0: that cannot be read. By itself, for its loop. */
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

/* Of the library's own socket. By itself, for its stack. */
verified_alone int read_network_of_copy(struct thread *thread, __u64 ssl, __u64 cookie)
{
	int descriptor = BIO_AT(cookie) ? own_descriptor(ssl, cookie) : -1;
	struct socket_file s;

	if (thread && descriptor >= 0 && find_socket(bpf_get_current_task_btf(), descriptor, &s))
		read_network(s.sk, thread);
	return 0;
}

#if defined(__TARGET_ARCH_x86)

SEC("uprobe")
int ssl_write_copy(struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 cookie = bpf_get_attach_cookie(regs), ssl = ARGUMENT_1(regs), buffer = ARGUMENT_3(regs), size = ARGUMENT_4(regs);
	struct connection_key key = { .ssl = ssl, .process = task->tgid };
	struct site site = site_in(cookie);
	struct thread *thread = 0;
	struct connection *c;
	int is_foreign;

	count(COUNTER_PROBE_HITS);
	if ((__u32)ARGUMENT_2(regs) != RECORD_APPLICATION_DATA || !is_target(task, key.process, &thread))
		return 0;
	if (!IS_LOT(cookie))
		size = bytes_of_records(size, ARGUMENT_5(regs));
	if (!thread || !size || size > 0x7fffffff) {
		count(COUNTER_HELPER_FAILED);
		miss_call(ssl, key.process, WRITE, buffer, size);
		return 0;
	}
	thread->copied_by.family = 0;
	c = bpf_map_lookup_elem(&connections, &key);
	is_foreign = (!c || !c->socket.family) && !read_socket_of_copy(0, ssl, cookie, &thread->copied_by);
	thread->wrote_for = is_foreign && thread->read_from ? ssl : 0;	/* what the thread writes next may tell its socket */
	if (thread->wants) {
		begin_measuring(thread, task, 0, 0);
		if (thread->wants & TIMING_NETWORK)
			read_network_of_copy(thread, ssl, cookie);
	}
	take_bytes(ssl, buffer, size, site, bpf_ktime_get_ns(), key.process, &thread->executable, &thread->copied_by, TIE_DESCRIPTOR, thread);
	return 0;
}

#endif

#endif
