/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The smallest object that has the maps and programs which the native session asks for: it counts and echoes. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct record {
	__u64 cookie;
	__u32 pid;
	__u32 kind;	/* 1 entry, 2 return, 3 entry only */
	__u64 tail;
};

static int send(void *ctx, __u32 kind)
{
	struct record record = { bpf_get_attach_cookie(ctx), bpf_get_current_pid_tgid() >> 32, kind, 0x7a };
	__u32 key = kind;
	__u64 *count = bpf_map_lookup_elem(&counters, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	/* 20 bytes for entries: lengths that are no multiple of eight have to be padded by the reader */
	if (bpf_ringbuf_output(&records, &record, kind == 2 ? sizeof(record) : 20, BPF_RB_NO_WAKEUP)) {
		key = 0;
		count = bpf_map_lookup_elem(&counters, &key);
		if (count)
			__sync_fetch_and_add(count, 1);
	}
	return 0;
}

SEC("uprobe")
int ssl_call_entry(void *ctx) { return send(ctx, 1); }

SEC("uprobe")
int ssl_call_return(void *ctx) { return send(ctx, 2); }

SEC("uprobe")
int ssl_entry(void *ctx) { return send(ctx, 3); }

SEC("uprobe")
int go_call_entry(void *ctx) { return send(ctx, 1); }

SEC("uprobe")
int go_call_bytes(void *ctx) { return send(ctx, 2); }

SEC("uprobe")
int ssl_copy(void *ctx) { return send(ctx, 2); }

bool bpf_session_is_return(void) __ksym __weak;

SEC("uprobe")
int ssl_call_session(void *ctx)
{
	if (!bpf_session_is_return)
		return 0;
	return send(ctx, bpf_session_is_return() ? 2 : 1);
}

SEC("tp_btf/sched_process_exec")
int process_exec(void *ctx) { return 0; }

SEC("tp_btf/sched_process_exit")
int process_exit(void *ctx) { return 0; }

SEC("tp_btf/sched_process_fork")
int process_fork(void *ctx) { return 0; }

/* The name of one that is optional, on a tracepoint that every kernel has. */
SEC("tp_btf/sched_process_fork")
int socket_send(void *ctx) { return 0; }

/* A tracepoint that no kernel has: the session has to do without it and say so. */
SEC("tp_btf/masthead_absent")
int socket_receive(void *ctx) { return 0; }

struct question {
	__u64 left, right, sum;
};

SEC("syscall")
int parse_test(struct question *question)
{
	question->sum = question->left + question->right;
	return 7;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
