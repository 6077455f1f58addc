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

enum beginning { BEGINS_STRANGE, BEGINS_TLS, MAY_BEGIN_HEAD };

#define BEGINNING_BYTES 16

/*
 * What the first bytes of a call look like: a request's method and a space, "HTTP/1.", or an empty line before them, as far
 * as they are there; or a TLS record (RFC 8446 section 5.1), whose plaintext is seen elsewhere or not at all.
 */
verified_alone int beginning_of(__u64 user, __u32 size)
{
	__u8 bytes[BEGINNING_BYTES] = {};
	__u64 word, known;

	size = at_most(size, sizeof(bytes));
	if (!user || bpf_probe_read_user(bytes, size, (void *)user))
		return BEGINS_STRANGE;
	if (bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3)
		return BEGINS_TLS;
	if (bytes[0] == '\r' || bytes[0] == '\n')
		return MAY_BEGIN_HEAD;
	__builtin_memcpy(&word, bytes, sizeof(word));
	known = size >= 7 ? SEVEN_BYTES : (1ULL << (8 * size)) - 1;
	if (!((word ^ VERSION_1) & known))
		return MAY_BEGIN_HEAD;
	for (__u32 i = 0; i < BEGINNING_BYTES; i++) {
		if (i >= size || (i && bytes[i] == ' '))
			return MAY_BEGIN_HEAD;
		if (!is_token_byte(bytes[i]))
			return BEGINS_STRANGE;
	}
	return BEGINS_STRANGE;
}

/* How many more strange calls on this socket are looked at. */
static __always_inline void note_strange(const struct connection_key *key, __u8 calls)
{
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);

	if (process && !bpf_map_update_elem(&strange_sockets, key, &calls, BPF_NOEXIST))
		add_atomically(&process->strange_sockets, 1);
}

static __always_inline int forget_strange(const struct connection_key *key)
{
	struct process *process = bpf_map_lookup_elem(&processes, &key->process);

	if (bpf_map_delete_elem(&strange_sockets, key))
		return 0;
	if (process)
		add_atomically(&process->strange_sockets, -1);
	return 1;
}

/*
 * The first call on a socket that is worth a connection: 1. Most streams of a host are not HTTP, and take no room in
 * `connections`.
 */
static __always_inline int begins_connection(struct work *w, const struct connection_key *key, const struct socket_file *s,
					     __u32 returned)
{
	__u8 *calls_left = bpf_map_lookup_elem(&strange_sockets, key);
	int beginning;

	for (int i = 0; i < 3 && !w->size; i++)
		next_part(w);
	beginning = beginning_of(w->user, w->size);
	if (beginning == MAY_BEGIN_HEAD) {
		w->patience = s->family == AF_UNIX ? PATIENCE_UNIX : is_fresh(s, w->direction, returned) ? PATIENCE_FRESH : PATIENCE;
		if (calls_left)
			forget_strange(key);
		return 1;
	}
	if (calls_left)
		*calls_left = *calls_left ? *calls_left - 1 : 0;
	else if (beginning == BEGINS_TLS)
		note_strange(key, 0);
	else
		note_strange(key, s->family == AF_UNIX ? PATIENCE_UNIX : is_fresh(s, w->direction, returned) ? PATIENCE_FRESH : PATIENCE);
	return 0;
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
	note_strange(key, 0);
	end_connection(c, key, END_CLOSED);
}

static __always_inline void take_socket_bytes(struct pt_regs *regs, struct task_struct *task, const struct thread *thread,
					      struct transfer_call call, __u32 returned, struct socket_file *s)
{
	struct connection_key key = { .ssl = s->inode | SOCKET_HANDLE, .process = task->tgid };
	struct connection *c = bpf_map_lookup_elem(&connections, &key);
	__u32 direction = call.direction & 1;
	__u8 *calls_left = c ? 0 : bpf_map_lookup_elem(&strange_sockets, &key);
	struct out *o = 0;
	struct work *w;

	if (c ? c->directions[direction].state == STATE_IGNORE : calls_left && !*calls_left)
		return;
	w = claim_work(&o);
	if (!w || !o) {
		miss_call(key.ssl, key.process, direction, call.transfer == TRANSFER_BUFFER ? ARGUMENT_2(regs) : 0, returned);
		return;
	}
	w->direction = direction;
	if (!place_bytes(w, regs, call, returned) || (!c && !begins_connection(w, &key, s, returned))) {
		release(&w->busy);
		return;
	}
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

	if (!process || !(process->connections || process->strange_sockets))
		return;
	if (!find_socket(task, descriptor, &s) || !is_last_reference(s.file))
		return;
	key.ssl = s.inode | SOCKET_HANDLE;
	if (forget_strange(&key))
		return;
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
