/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * HTTP in clear: what targets read from and write to stream sockets by system calls. Most calls of a host are none of
 * these, most of the rest are no target's, and most of those are on no socket: each is told apart by as little as possible.
 */
#ifndef MASTHEAD_PROBES_SOCKET_CALL_H
#define MASTHEAD_PROBES_SOCKET_CALL_H

#include "ssl-call.h"
#include "socket-file.h"

/* How a system call names the bytes that it moves. */
enum transfer {
	TRANSFER_NONE,
	TRANSFER_BUFFER,	/* (fd, buffer, length) */
	TRANSFER_PARTS,		/* (fd, struct iovec *, count) */
	TRANSFER_MESSAGE,	/* (fd, struct msghdr *, flags) */
	TRANSFER_MESSAGES,	/* (fd, struct mmsghdr *, count): returns how many messages */
	TRANSFER_UNSEEN,	/* sendfile, splice: the bytes are never in the process */
};

struct transfer_call {
	__u8 transfer;
	__u8 direction;
	__u8 has_flags;	/* a recvfrom or sendto: its fourth argument is flags */
	__u8 fd_third;	/* splice: the third argument is the descriptor that takes the bytes */
};

#if defined(__TARGET_ARCH_x86)
#define NUMBER_CLOSE 3
#define LAST_TRANSFER 307
static __always_inline struct transfer_call transfer_of(unsigned long number)
{
	switch (number) {
	case 0: return (struct transfer_call){ TRANSFER_BUFFER, READ, 0, 0 };
	case 1: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 0, 0 };
	case 19: return (struct transfer_call){ TRANSFER_PARTS, READ, 0, 0 };
	case 20: return (struct transfer_call){ TRANSFER_PARTS, WRITE, 0, 0 };
	case 40: return (struct transfer_call){ TRANSFER_UNSEEN, WRITE, 0, 0 };
	case 44: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 1, 0 };
	case 45: return (struct transfer_call){ TRANSFER_BUFFER, READ, 1, 0 };
	case 46: return (struct transfer_call){ TRANSFER_MESSAGE, WRITE, 0, 0 };
	case 47: return (struct transfer_call){ TRANSFER_MESSAGE, READ, 0, 0 };
	case 275: return (struct transfer_call){ TRANSFER_UNSEEN, READ, 0, 1 };
	case 299: return (struct transfer_call){ TRANSFER_MESSAGES, READ, 0, 0 };
	case 307: return (struct transfer_call){ TRANSFER_MESSAGES, WRITE, 0, 0 };
	default: return (struct transfer_call){};
	}
}
#define COMPAT_CALL 2	/* TS_COMPAT: the number is one of 32-bit programs, which are not followed */
#define IS_COMPAT(task) ((task)->thread_info.status & COMPAT_CALL)
#else
#define NUMBER_CLOSE 57
#define LAST_TRANSFER 269
static __always_inline struct transfer_call transfer_of(unsigned long number)
{
	switch (number) {
	case 63: return (struct transfer_call){ TRANSFER_BUFFER, READ, 0, 0 };
	case 64: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 0, 0 };
	case 65: return (struct transfer_call){ TRANSFER_PARTS, READ, 0, 0 };
	case 66: return (struct transfer_call){ TRANSFER_PARTS, WRITE, 0, 0 };
	case 71: return (struct transfer_call){ TRANSFER_UNSEEN, WRITE, 0, 0 };
	case 76: return (struct transfer_call){ TRANSFER_UNSEEN, READ, 0, 1 };
	case 206: return (struct transfer_call){ TRANSFER_BUFFER, WRITE, 1, 0 };
	case 207: return (struct transfer_call){ TRANSFER_BUFFER, READ, 1, 0 };
	case 211: return (struct transfer_call){ TRANSFER_MESSAGE, WRITE, 0, 0 };
	case 212: return (struct transfer_call){ TRANSFER_MESSAGE, READ, 0, 0 };
	case 243: return (struct transfer_call){ TRANSFER_MESSAGES, READ, 0, 0 };
	case 269: return (struct transfer_call){ TRANSFER_MESSAGES, WRITE, 0, 0 };
	default: return (struct transfer_call){};
	}
}
#define IS_COMPAT(task) 0
#endif

#define FLAGS_NOT_TAKEN	0x2003	/* MSG_PEEK, MSG_OOB, MSG_ERRQUEUE: these bytes are not of the stream, or come again */
#define FLAG_TRUNCATE	0x20	/* MSG_TRUNC: they are not copied */

/* Where the call's bytes are, noted in a claimed work area. 0: they are not of the stream. */
static __always_inline int place_bytes(struct work *w, struct pt_regs *regs, struct transfer_call call, __u32 returned)
{
	__u64 second = ARGUMENT_2(regs), third = ARGUMENT_3(regs), fourth = SYSCALL_4(regs);
	__u32 flags = call.transfer == TRANSFER_MESSAGE ? third : call.transfer == TRANSFER_MESSAGES || call.has_flags ? fourth : 0;

	if (call.direction == READ && (flags & FLAGS_NOT_TAKEN))
		return 0;
	w->user = 0;
	w->size = w->earlier = w->left = w->messages_left = 0;
	switch (call.transfer) {
	case TRANSFER_BUFFER:
		w->size = returned;
		w->user = call.direction == READ && (flags & FLAG_TRUNCATE) ? 0 : second;
		return 1;
	case TRANSFER_PARTS:
		w->left = returned;
		w->parts = second;
		return 1;
	case TRANSFER_MESSAGE:
		w->left = returned;
		return !bpf_probe_read_user(&w->parts, sizeof(w->parts), (void *)(second + MESSAGE_PARTS));
	case TRANSFER_MESSAGES:
		w->messages = second;
		w->messages_left = returned;
		return 1;
	default:
		w->size = returned;
		return 1;
	}
}

/* A TLS record of any type (RFC 8446 section 5.1): what begins so is not HTTP, and its plaintext is seen elsewhere or not at all. */
static __always_inline int begins_tls(__u64 user)
{
	__u8 bytes[4] = {};

	return user && !bpf_probe_read_user(bytes, 3, (void *)user) && bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3;
}

/* From now on this socket is not looked at. */
static __always_inline void leave_alone(const struct connection_key *key)
{
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);
	__u8 yes = 1;

	if (process && !bpf_map_update_elem(&sockets_left_alone, key, &yes, BPF_NOEXIST))
		add_atomically(&process->left_alone, 1);
}

/* A connection that turned out to speak no HTTP makes room. */
static __always_inline void settle_strange(const struct connection_key *key)
{
	struct connection *c = bpf_map_lookup_elem(&connections, key);

	if (!c || c->reported || c->directions[READ].state != STATE_IGNORE || c->directions[WRITE].state != STATE_IGNORE)
		return;
	c = claim_connection(key);
	if (!c)
		return;
	leave_alone(key);
	end_connection(c, key, END_CLOSED);
}

static __always_inline void take_socket_bytes(struct pt_regs *regs, struct task_struct *task, const struct thread *thread,
					      struct transfer_call call, __u32 returned, struct socket_file *s)
{
	struct connection_key key = { .ssl = s->inode | SOCKET_HANDLE, .process = task->tgid };
	struct connection *c = bpf_map_lookup_elem(&connections, &key);
	__u32 direction = call.direction & 1;
	struct out *o = 0;
	struct work *w;

	if (c ? c->directions[direction].state == STATE_IGNORE : bpf_map_lookup_elem(&sockets_left_alone, &key) != 0)
		return;
	w = claim_work(&o);
	if (!w || !o) {
		miss_call(key.ssl, key.process, direction, call.transfer == TRANSFER_BUFFER ? ARGUMENT_2(regs) : 0, returned);
		return;
	}
	if (!place_bytes(w, regs, call, returned)) {
		release(&w->busy);
		return;
	}
	w->fresh = !c && is_fresh(s, direction, returned);
	if (!c && call.transfer == TRANSFER_BUFFER && begins_tls(w->user)) {
		leave_alone(&key);
		release(&w->busy);
		return;
	}
	w->direction = direction;
	w->call_ns = direction == WRITE && thread->write_begun_ns ? thread->write_begun_ns : bpf_ktime_get_ns();
	w->process = task->tgid;
	w->source = SOURCE_SOCKET;
	w->executable = thread->executable;
	w->socket.family = 0;
	if (!c)
		read_socket(s->sk, 0, &w->socket);
	observe(w, o, &key);
	release(&w->busy);
	settle_strange(&key);
}

SEC("tp_btf/sys_exit")
int socket_call_return(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	__s64 returned = arguments[1];
	unsigned long number = SYSCALL_NUMBER(regs);
	struct transfer_call call;
	struct task_struct *task;
	struct thread *thread = 0;
	struct socket_file s;

	if (number > LAST_TRANSFER || returned <= 0 || returned > 0x7fffffff)
		return 0;
	call = transfer_of(number);
	if (call.transfer == TRANSFER_NONE)
		return 0;
	task = bpf_get_current_task_btf();
	if (!is_target(task, task->tgid, &thread) || !thread || IS_COMPAT(task))
		return 0;
	if (outer_call(thread, STACK_POINTER(regs)))	/* ciphertext: a TLS probe shows what it was */
		return 0;
	if (call.fd_third && find_socket(task, ARGUMENT_3(regs), &s))
		call.direction = WRITE;
	else if (!find_socket(task, ARGUMENT_1(regs), &s))
		return 0;
	take_socket_bytes(regs, task, thread, call, returned, &s);
	return 0;
}

/* The last descriptor of a socket is closed: its connection ends. */
static __always_inline void close_socket(struct task_struct *task, __u64 descriptor)
{
	__u32 id = task->tgid;
	struct process *process = bpf_map_lookup_elem(&processes, &id);
	struct connection_key key = { .process = id };
	struct connection *c;
	struct socket_file s;

	if (!process || !(process->connections || process->left_alone))
		return;
	if (!find_socket(task, descriptor, &s) || !is_last_reference(s.file))
		return;
	key.ssl = s.inode | SOCKET_HANDLE;
	if (!bpf_map_delete_elem(&sockets_left_alone, &key)) {
		add_atomically(&process->left_alone, -1);
		return;
	}
	c = claim_connection(&key);
	if (c)
		end_connection(c, &key, END_CLOSED);
}

SEC("tp_btf/sys_enter")
int socket_call_entry(__u64 *arguments)
{
	unsigned long number = arguments[1];
	struct task_struct *task;
	struct thread *thread;

	if (number > LAST_TRANSFER)
		return 0;
	if (number == NUMBER_CLOSE) {
		task = bpf_get_current_task_btf();
		close_socket(task, ARGUMENT_1((struct pt_regs *)arguments[0]));
		return 0;
	}
	if (transfer_of(number).transfer == TRANSFER_NONE || transfer_of(number).direction != WRITE)
		return 0;
	task = bpf_get_current_task_btf();
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	if (thread)
		thread->write_begun_ns = bpf_ktime_get_ns();
	return 0;
}

#endif
