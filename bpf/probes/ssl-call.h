/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * SSL_read and SSL_write in all their forms. At entry only the arguments are noted: a read's buffer is not filled yet,
 * and how much a write took is known at its return. The bytes are looked at then.
 */
#ifndef MASTHEAD_PROBES_SSL_CALL_H
#define MASTHEAD_PROBES_SSL_CALL_H

#include "target.h"

static __always_inline __u32 site_of(void *context)
{
	return bpf_get_attach_cookie(context) & 0xff;
}

static __always_inline int is_read(__u32 site)
{
	return site == SITE_READ || site == SITE_READ_EX;
}

/* The socket's tracepoints find the connection by the thread, until they have told its socket. */
static __always_inline void note_thread(struct call *call, const struct connection_key *key, __u64 stack)
{
	struct connection *c = bpf_map_lookup_elem(&connections, key);
	struct thread_call thread = { .ssl = call->ssl, .stack = stack };
	__u64 id = bpf_get_current_pid_tgid();

	if (c && c->socket.family)
		return;
	if (!bpf_map_update_elem(&threads, &id, &thread, BPF_ANY))
		call->thread = id;
}

/*
 * No room to note a read, so its return will not be seen. Whether a request was in it shows when a response comes that
 * answers none: it is counted then. What a client missed is a response: its end of the connection says so.
 */
static __always_inline void note_unseen_read(const struct connection_key *key)
{
	struct connection *c = bpf_map_lookup_elem(&connections, key);
	struct out *o = 0;
	struct work *w;

	if (!c) {
		w = claim_work(&o);
		if (!w)
			return;
		c = new_connection(w, key);
		if (c)
			release(&c->busy);
		release(&w->busy);
	}
	if (!c)
		return;
	if (c->role != ROLE_CLIENT)
		c->unseen_reads = 1;
	c->directions[READ].missed = 1;
}

/* How many bytes the call moved. */
static __always_inline __u64 call_length(const struct call *call, __s32 returned)
{
	__u64 length = 0;

	if (returned <= 0)
		return 0;
	if (!call->length_at)
		return returned;
	if (bpf_probe_read_user(&length, sizeof(length), (void *)call->length_at)) {
		count(COUNTER_HELPER_FAILED);
		return 0;
	}
	return length > 0x7fffffff ? 0 : length;
}

/* What the socket's tracepoints told during the call. An inner call on the same thread has its own. */
static __always_inline void take_socket(const struct call *call, __u64 stack, struct record_socket *socket)
{
	__u64 id = call->thread;
	struct thread_call *thread = bpf_map_lookup_elem(&threads, &id);

	if (thread && thread->stack == stack)
		*socket = thread->socket;
}

static __always_inline void forget_call(const struct call *call, const struct call_key *key)
{
	__u64 id = call->thread;
	struct thread_call *thread = id ? bpf_map_lookup_elem(&threads, &id) : 0;

	if (thread && thread->stack == key->stack)
		bpf_map_delete_elem(&threads, &id);
	bpf_map_delete_elem(&calls, key);
}

/* The bytes of a call that succeeded. */
static __always_inline void take_bytes(const struct call *call, __u64 stack, struct process *process, __u32 id, __u32 size)
{
	struct connection_key key = { .ssl = call->ssl, .process = id };
	__u32 direction = is_read(call->function) ? READ : WRITE;
	struct out *o = 0;
	struct work *w = claim_work(&o);

	if (!w || !o) {
		miss_call(call->ssl, id, direction, call->buffer, size);
		return;
	}
	w->user = call->buffer;
	w->size = size;
	w->direction = direction;
	w->call_ns = direction == READ ? bpf_ktime_get_ns() : call->begun_ns;
	w->process = id;
	w->device = process->device;
	w->inode = process->inode;
	w->socket.family = 0;
	if (call->thread)
		take_socket(call, stack, &w->socket);
	observe(w, o, &key);
	release(&w->busy);
}

/*
 * Notes the call for its return. 1: there was no room, and it is a write, which can be looked at now: its bytes are here
 * already, and a write takes all of them as a rule. By itself: its stack is free again when those bytes are followed.
 */
static __attribute__((noinline)) int note_call(struct pt_regs *regs, __u32 site)
{
	__u32 id = bpf_get_current_pid_tgid() >> 32;
	struct call_key key = { .stack = STACK_POINTER(regs), .process = id };
	struct connection_key connection = { .ssl = ARGUMENT_1(regs), .process = id };
	struct call call = {};
	__u64 fourth, fifth;
	struct process *process;

	process = target_process(id);
	if (!process)
		return 0;
	call.ssl = ARGUMENT_1(regs);
	call.buffer = ARGUMENT_2(regs);
	call.function = site;
	fourth = ARGUMENT_4(regs);
	fifth = ARGUMENT_5(regs);
	opaque(fourth);	/* loads through a chosen offset into the registers are refused */
	opaque(fifth);
	if (site == SITE_READ_EX || site == SITE_WRITE_EX)
		call.length_at = fourth;
	else if (site == SITE_WRITE_FLAGS)
		call.length_at = fifth;
	call.begun_ns = bpf_ktime_get_ns();
	note_thread(&call, &connection, key.stack);
	if (!bpf_map_update_elem(&calls, &key, &call, BPF_NOEXIST)) {
		add_atomically(&process->calls, 1);
		return 0;
	}
	if (!bpf_map_update_elem(&calls, &key, &call, BPF_EXIST))	/* left over from a thread that was cancelled */
		return 0;
	forget_call(&call, &key);
	if (!is_read(site))
		return 1;
	note_unseen_read(&connection);
	return 0;
}

static __always_inline int enter_call(struct pt_regs *regs, __u32 site)
{
	__u32 id, size;
	struct process *process;
	struct call call = {};

	count(COUNTER_PROBE_HITS);
	if (!note_call(regs, site))
		return 0;
	id = bpf_get_current_pid_tgid() >> 32;
	size = ARGUMENT_3(regs);
	process = bpf_map_lookup_elem(&processes, &id);
	if (!process || !size || size > 0x7fffffff)
		return 0;
	call.ssl = ARGUMENT_1(regs);
	call.buffer = ARGUMENT_2(regs);
	call.function = site;
	call.begun_ns = bpf_ktime_get_ns();
	take_bytes(&call, STACK_POINTER(regs), process, id, size);
	return 0;
}

static __always_inline int leave_call(struct pt_regs *regs)
{
	__u32 id = bpf_get_current_pid_tgid() >> 32, size;
	struct call_key key = { .stack = STACK_AT_ENTRY(regs), .process = id };
	struct call *call = bpf_map_lookup_elem(&calls, &key);
	struct process *process;

	if (!call)
		return 0;
	process = bpf_map_lookup_elem(&processes, &id);
	size = call_length(call, RETURN_VALUE(regs));
	if (process) {
		add_atomically(&process->calls, -1);
		if (size)
			take_bytes(call, key.stack, process, id, size);
	}
	forget_call(call, &key);
	return 0;
}

SEC("uprobe")
int ssl_call_entry(struct pt_regs *regs)
{
	return enter_call(regs, site_of(regs));
}

SEC("uretprobe")
int ssl_call_return(struct pt_regs *regs)
{
	return leave_call(regs);
}

#endif
