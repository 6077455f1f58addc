/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * SSL_read and SSL_write in all their forms. At entry only the arguments are noted: a read's buffer is not filled yet,
 * and how much a write took is known at its return. The bytes are looked at then.
 */
#ifndef MASTHEAD_PROBES_SSL_CALL_H
#define MASTHEAD_PROBES_SSL_CALL_H

#include "target.h"
#include "call-table.h"

static __always_inline __u32 site_of(void *context)
{
	return bpf_get_attach_cookie(context) & 0xff;
}

static __always_inline int is_read(__u32 site)
{
	return site == SITE_READ || site == SITE_READ_EX;
}

/*
 * The socket's tracepoints find the connection by the thread, until they have told its socket. 1: noted, in map `threads`.
 * Verified alone, as the two below: what they take of the stack does not add to that of a write that is looked at on entry.
 */
verified_alone int note_thread(__u64 ssl, __u32 process, __u64 stack)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c = bpf_map_lookup_elem(&connections, &key);
	struct thread_call thread = { .ssl = ssl, .stack = stack };
	__u64 id = bpf_get_current_pid_tgid();

	if (c && c->socket.family)
		return 0;
	return !bpf_map_update_elem(&threads, &id, &thread, BPF_ANY);
}

/*
 * No room to note a read, so its return will not be seen. Whether a request was in it shows when a response comes that
 * answers none: it is counted then. What a client missed is a response: its end of the connection says so.
 */
verified_alone int note_unseen_read(__u64 ssl, __u32 process)
{
	struct connection_key key = { .ssl = ssl, .process = process };
	struct connection *c = bpf_map_lookup_elem(&connections, &key);
	struct out *o = 0;
	struct work *w;

	if (!c) {
		w = claim_work(&o);
		if (!w)
			return 0;
		c = new_connection(w, &key);
		if (c)
			release(&c->busy);
		release(&w->busy);
	}
	if (!c)
		return 0;
	if (c->role != ROLE_CLIENT)
		c->unseen_reads = 1;
	c->directions[READ].missed = 1;
	return 0;
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
static __always_inline void take_socket(__u64 id, __u64 stack, struct record_socket *socket)
{
	struct thread_call *thread = bpf_map_lookup_elem(&threads, &id);

	if (thread && thread->stack == stack)
		*socket = thread->socket;
}

static __always_inline void forget_call(struct call *call)
{
	__u64 id = call->thread;
	struct thread_call *thread = id ? bpf_map_lookup_elem(&threads, &id) : 0;

	if (thread && thread->stack == call->stack)
		bpf_map_delete_elem(&threads, &id);
	release(&call->state);
}

/* The bytes of a call that succeeded. begun_ns: of a write. thread: in map `threads`; 0 where it is not there. */
static __always_inline void take_bytes(__u64 ssl, __u64 buffer, __u32 size, __u32 direction, __u64 begun_ns,
				       struct process *process, __u32 id, __u64 thread, __u64 stack)
{
	struct connection_key key = { .ssl = ssl, .process = id };
	struct out *o = 0;
	struct work *w = claim_work(&o);

	if (!w || !o) {
		miss_call(ssl, id, direction, buffer, size);
		return;
	}
	w->user = buffer;
	w->size = size;
	w->direction = direction;
	w->call_ns = direction == READ ? bpf_ktime_get_ns() : begun_ns;
	w->process = id;
	w->device = process->device;
	w->inode = process->inode;
	w->socket.family = 0;
	if (thread)
		take_socket(thread, stack, &w->socket);
	observe(w, o, &key);
	release(&w->busy);
}

/* Where a call tells how much it moved: an address, or 0 where it returns that. */
static __always_inline __u64 length_address(struct pt_regs *regs, __u32 site)
{
	__u64 fourth = ARGUMENT_4(regs), fifth = ARGUMENT_5(regs);

	opaque(fourth);	/* loads through a chosen offset into the registers are refused */
	opaque(fifth);
	return site == SITE_READ_EX || site == SITE_WRITE_EX ? fourth : site == SITE_WRITE_FLAGS ? fifth : 0;
}

/* Notes a call for its return. 0: `calls` has no room for it. */
static __always_inline int note_call(struct pt_regs *regs, struct process *process, __u32 id, __u32 site)
{
	__u64 ssl = ARGUMENT_1(regs), stack = STACK_POINTER(regs);
	struct call *call = claim_call(stack, id);

	if (!call)
		return 0;
	if (call->state == CALL_CLAIMED)
		add_atomically(&process->calls, 1);
	call->process = id;
	call->stack = stack;
	call->ssl = ssl;
	call->buffer = ARGUMENT_2(regs);
	call->length_at = length_address(regs, site);
	call->begun_ns = is_read(site) ? 0 : bpf_ktime_get_ns();
	call->thread = note_thread(ssl, id, stack) ? bpf_get_current_pid_tgid() : 0;
	call->function = site;
	compare_and_swap(&call->state, CALL_CLAIMED, CALL_NOTED);
	return 1;
}

/* 1: its return is wanted. */
static __always_inline int enter_call(struct pt_regs *regs, __u32 site)
{
	__u32 id = bpf_get_current_pid_tgid() >> 32, size;
	struct process *process;

	count(COUNTER_PROBE_HITS);
	process = target_process(id);
	if (!process)
		return 0;
	if (note_call(regs, process, id, site))
		return 1;
	size = ARGUMENT_3(regs);
	if (is_read(site))
		note_unseen_read(ARGUMENT_1(regs), id);
	else if (size && size <= 0x7fffffff)	/* its bytes are here already, and a write takes all of them as a rule */
		take_bytes(ARGUMENT_1(regs), ARGUMENT_2(regs), size, WRITE, bpf_ktime_get_ns(), process, id, 0, 0);
	return 0;
}

static __always_inline int leave_call(struct pt_regs *regs)
{
	__u32 id = bpf_get_current_pid_tgid() >> 32, size;
	struct process *process = bpf_map_lookup_elem(&processes, &id);
	struct call *call;

	if (!process || !process->calls)	/* no target, on a link that has its returns too */
		return 0;
	call = find_call(STACK_AT_ENTRY(regs), id);
	if (!call)
		return 0;
	size = call_length(call, RETURN_VALUE(regs));
	add_atomically(&process->calls, -1);
	if (size)
		take_bytes(call->ssl, call->buffer, size, is_read(call->function) ? READ : WRITE, call->begun_ns, process, id,
			   call->thread, call->stack);
	forget_call(call);
	return 0;
}

SEC("uprobe")
int ssl_call_entry(struct pt_regs *regs)
{
	enter_call(regs, site_of(regs));
	return 0;
}

SEC("uretprobe")
int ssl_call_return(struct pt_regs *regs)
{
	return leave_call(regs);
}

#endif
