// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Masthead's kernel side: HTTP heads are read where the TLS library hands them over, selected and redacted by the
 * policy tables, and only what a policy allows is sent on.
 *
 *   include/   the contracts: records to user space, tables from user space
 *   maps/      the tables, the state between calls, the work areas, the ring
 *   lib/       pure C, built for the kernel, for host tests and for fuzzers
 *   probes/    what runs where
 */
#include "probes/ssl-call.h"		/* ssl_call_entry, ssl_call_return */
#include "probes/ssl-call-session.h"	/* ssl_call_session: optional, Linux 6.13 */
#include "probes/ssl-call-ret.h"	/* ssl_call_ret: where no return probe may stand */
#include "probes/ssl-end.h"		/* ssl_entry: SSL_free, SSL_clear */
#include "probes/ssl-copy.h"		/* ssl_copy: x86-64, of all processes, or of single ones for a while */
#include "probes/go-call.h"		/* go_call_entry, go_call_bytes: x86-64 */
#include "probes/process.h"		/* process_exec, process_exit, process_fork */
#include "probes/socket.h"		/* socket_send, socket_receive: optional, Linux 6.3 */
#include "probes/socket-syscall.h"	/* socket_syscall: where those are not */
#include "probes/system-call.h"		/* system_call_entry, system_call_return: HTTP in clear, where it is wanted; they go on to socket_call_return, socket_write_entry, socket_close_entry */
#include "probes/arrival.h"		/* arrival_note, arrival_take: optional, Linux 6.3, attached while a policy asks */
#include "probes/parse-test.h"		/* parse_test: for tests, never attached */

/* GPL-compatible: the files are offered under GPL-2.0-only or Apache-2.0. */
char LICENSE[] SEC("license") = "GPL";
