/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The context of the program parse_test (type syscall, run with BPF_PROG_TEST_RUN): one call as a probe would see it.
 * It takes the same path as a probe's return, connection table, assembly and ring included; splitting an input is
 * several runs with the same `ssl`. `buffer` is an address in the process that makes the run.
 */
#ifndef MASTHEAD_PARSE_TEST_H
#define MASTHEAD_PARSE_TEST_H

struct parse_test {
	__u64 buffer;
	__u64 ssl;		/* any number: which connection */
	__u64 device, inode;	/* of the executable to judge by; 0: no executable item holds */
	__u64 time_ns;		/* of the first byte */
	__u32 process;		/* any number: which process; nothing is asked of a real one */
	__u32 size;		/* of the buffer; 0 with close: nothing but the end */
	__u32 direction;	/* 0 read, 1 write */
	__u32 close;		/* enum record_end_reason: the connection ends after these bytes; 0: it does not */
};

#endif
