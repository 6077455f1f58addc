/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The floor of what tracing costs: the programs of bpf/masthead.bpf.c by name and kind, and nothing in them. Loaded by the
 * same session and attached at the same sites, what remains is the price of the links themselves.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

SEC("uprobe")
int ssl_call_session(void *context) { return 0; }

SEC("uprobe")
int ssl_call_entry(void *context) { return 0; }

SEC("uretprobe")
int ssl_call_return(void *context) { return 0; }

SEC("uprobe")
int ssl_entry(void *context) { return 0; }

SEC("uprobe")
int go_call_entry(void *context) { return 0; }

SEC("uprobe")
int go_call_bytes(void *context) { return 0; }

SEC("uprobe")
int ssl_copy(void *context) { return 0; }

SEC("tp_btf/sched_process_exec")
int process_exec(void *context) { return 0; }

SEC("tp_btf/sched_process_exit")
int process_exit(void *context) { return 0; }

SEC("tp_btf/sched_process_fork")
int process_fork(void *context) { return 0; }

SEC("tp_btf/sock_send_length")
int socket_send(void *context) { return 0; }

SEC("tp_btf/sock_recv_length")
int socket_receive(void *context) { return 0; }

SEC("tp_btf/sys_enter")
int socket_syscall(void *context) { return 0; }

SEC("tp_btf/sys_enter")
int system_call_entry(void *context) { return 0; }

SEC("tp_btf/sys_exit")
int system_call_return(void *context) { return 0; }

/* Those below are attached to nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u32);
} followed_entries SEC(".maps"), followed_returns SEC(".maps");

SEC("tp_btf/sys_exit")
int socket_call_return(void *context) { return 0; }

SEC("tp_btf/sys_enter")
int socket_write_entry(void *context) { return 0; }

SEC("tp_btf/sys_enter")
int socket_close_entry(void *context) { return 0; }

SEC("tp_btf/sys_enter")
int socket_cold_entry(void *context) { return 0; }

char LICENSE[] SEC("license") = "GPL";
