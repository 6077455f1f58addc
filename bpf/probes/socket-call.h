/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * HTTP in clear: what targets read from and write to stream sockets by system calls. These programs are attached to nothing:
 * system-call.h goes on to them.
 */
#ifndef MASTHEAD_PROBES_SOCKET_CALL_H
#define MASTHEAD_PROBES_SOCKET_CALL_H

#include "../maps/followed-calls.h"
#include "cold-write.h"
#include "socket-close.h"
#include "socket-sequence.h"
#include "socket-strange.h"
#include "socket-tie.h"
#include "socket-transfer.h"

/*
 * A system call whose stack is not below that of the library's call shows that the thread has left that one: by longjmp, or its return was
 * not seen. Its entry stays, in case that it was a fiber's.
 */
static __always_inline void forget_left_call(struct thread *thread, __u64 stack)
{
	if (thread->stack && stack - thread->stack < STACK_OF_ONE_CALL)
		thread->stack = 0;
}

/* A call on a socket that is not followed. */
static __always_inline void note_passed(struct thread *thread, const struct connection_key *key,
					struct strange_socket *strange, __u32 direction, __u64 user, __u32 moved)
{
	if (strange && strange->is_tls) {
		note_ciphertext(thread, key, strange, direction, user, moved);
		return;
	}
	if (strange && !strange->calls_left)
		pass_strange(key);
	note_no_ciphertext(thread, direction);
}

/* The bytes of a call, where they are in one place. */
#define BUFFER_OF(regs, call) ((call).transfer == TRANSFER_BUFFER ? ARGUMENT_2(regs) : 0)

static __always_inline void take_socket_bytes(struct pt_regs *regs, struct task_struct *task, struct thread *thread,
					      struct transfer_call call, __u32 returned, struct socket_file *s)
{
	struct connection_key key = { .ssl = s->inode | SOCKET_HANDLE, .process = task->tgid };
	__u32 direction = call.direction & 1, *hint;
	struct strange_socket *strange;
	struct connection *c;
	struct out *o = 0;
	struct work *w;
	int is_first;

	if (pass_ciphertext(thread, &key, direction))
		return;
	hint = hint_of(&key, NEAR_DESCRIPTOR(s->descriptor));
	if (!hint)
		return;
	c = hinted_connection(&key, hint);
	if (!c && is_passed(&key, PASSED_AS_STRANGE)) {
		note_no_ciphertext(thread, direction);
		return;
	}
	if (!c)
		c = find_unhinted(&key, hint);
	strange = c ? 0 : bpf_map_lookup_elem(&strange_sockets, &key);
	if (!c && !strange && !is_of_streams(s))	/* of others it was known when they were noted */
		return;
	if (c ? is_unasked(c) || c->directions[direction].state == STATE_IGNORE : strange && !strange->calls_left) {
		note_passed(thread, &key, strange, direction, BUFFER_OF(regs, call), returned);
		return;
	}
	if (!c && !strange && !is_wanted(key.process)) {
		note_no_ciphertext(thread, direction);
		return;
	}
	w = claim_work(&o);
	if (!w || !o) {
		note_no_ciphertext(thread, direction);
		miss_call(key.ssl, key.process, direction, BUFFER_OF(regs, call), returned);
		return;
	}
	w->direction = direction;
	if (!place_bytes(w, regs, call, returned, s)) {
		release(&w->busy);
		return;
	}
	if (c && !is_next(c, s, direction, call.transfer == TRANSFER_MESSAGES ? COUNT_UNKNOWN : returned)) {
		note_no_ciphertext(thread, direction);
		release(&w->busy);
		return;
	}
	if (c ? is_tls_in_tunnel(w, c, &key, s) : !begins_connection(w, &key, s, strange, returned)) {
		note_passed(thread, &key, bpf_map_lookup_elem(&strange_sockets, &key), direction, 0, 0);
		release(&w->busy);
		return;
	}
	note_no_ciphertext(thread, direction);
	place_in_time(w, direction == WRITE ? thread->write_begun_ns : 0, call.transfer != TRANSFER_UNSEEN && !may_wait(s->file));	/* a file's pages may have to come first */
	w->process = task->tgid;
	w->source = SOURCE_SOCKET;
	w->executable = thread->executable;
	w->socket.family = 0;
	w->tie = TIE_DESCRIPTOR;
	if (thread->wants) {
		if (thread->wants & TIMING_NETWORK)
			read_network(s->sk, thread);
		measure_call(w, task, thread);
	}
	if (!c)
		read_socket(s->sk, 0, &w->socket);
	is_first = !c && w->patience == PATIENCE_FRESH;
	observe(w, o, &key, c);
	if (w->measured.wants)
		settle_measured(w, thread);
	release(&w->busy);
	if (!c)
		note_first(&key, s, direction, is_first);
	if (!c || c->directions[direction].state == STATE_IGNORE)
		settle_strange(&key, s->descriptor);
}

/*
 * What passes on this socket is of a handshake of this TLS object, if it is the socket that the handshake touched first: a callback within one may
 * write to another. Its first call notes the socket, and others come. By itself, for its stack.
 */
verified_alone int note_handshake(__u64 descriptor, __u64 ssl, struct thread *thread)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connection_key key = { .process = task->tgid };
	struct strange_socket *socket;
	struct socket_file s;

	if (!thread || !find_socket(task, descriptor, &s))
		return 0;
	key.ssl = s.inode | SOCKET_HANDLE;
	socket = bpf_map_lookup_elem(&strange_sockets, &key);
	if (socket && socket->is_tls && is_same_socket(&thread->socket, &socket->socket))
		socket->ssl = ssl;
	return 0;
}

/* A call that is made within one on a TLS object tells which socket that is on. */
static __always_inline void note_nested(struct pt_regs *regs, struct task_struct *task, struct thread *thread)
{
	struct sock *sk = thread->socket.family ? 0 : socket_of(file_of(task, (__u32)SYSCALL_1(regs)));

	if (sk)
		tell_thread(thread, sk, 0);
}

/* A call of a process that is no known bystander, of those that move bytes, has returned. */
SEC("?tp_btf/sys_exit")
int socket_call_return(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	struct task_struct *task = bpf_get_current_task_btf();
	struct transfer_call call = transfer_of(SYSCALL_NUMBER(regs));
	struct thread *thread = 0;
	__u32 generation = active_now().generation;
	__s64 returned = arguments[1];
	const struct call *around;
	struct socket_file s;

	if (!is_target(task, task->tgid, &thread)) {
		remember_bystander(regs, task->tgid, generation);
		return 0;
	}
	if (!thread || IS_COMPAT(task) || call.transfer == TRANSFER_NONE)
		return 0;
	if (call.direction != WRITE)	/* the last write is over, and when a splice began that turns out to write nobody notes */
		thread->write_begun_ns = 0;
	forget_left_call(thread, STACK_POINTER(regs));
	around = call_around(thread, STACK_POINTER(regs), task->tgid);
	if (around) {
		note_nested(regs, task, thread);	/* by a call that failed, too: it says that the library has a socket */
		if (around->site.function != SITE_HANDSHAKE)	/* ciphertext: a TLS probe shows what it was */
			return 0;
		note_handshake(SYSCALL_1(regs), around->ssl, thread);	/* and this shows which sockets carry some */
	}
	if (returned <= 0 || returned > 0x7fffffff)
		return 0;
	if (call.fd_third && find_socket(task, ARGUMENT_3(regs), &s))
		call.direction = WRITE;
	else if (!find_any_socket(task, SYSCALL_1(regs), &s))
		return 0;
	take_socket_bytes(regs, task, thread, call, returned, &s);
	thread->arrived_bytes = 0;	/* these are of this call, whatever became of its bytes */
	thread->write_begun_ns = 0;
	return 0;
}

/* One that writes begins. */
SEC("?tp_btf/sys_enter")
int socket_write_entry(__u64 *arguments)
{
	struct pt_regs *regs = (void *)arguments[0];
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread = bpf_task_storage_get(&threads, task, 0, 0);

	if (!thread)
		return 0;
	thread->write_begun_ns = bpf_ktime_get_ns();
	thread->writes_seen = 1;
	/* a write within a call on a TLS object began with that */
	if ((thread->wants & TIMING_CPU) && !call_around(thread, STACK_POINTER(regs), task->tgid))
		thread->write_begun_cpu_ns = thread_cpu_ns(task);
	if (is_cold_write(thread, STACK_POINTER(regs)))
		bpf_tail_call(arguments, &followed_entries, FOLLOW_COLD);
	return 0;
}

#endif
