/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the kernel can tell of an exchange beside its bytes (enum timing). Each value means one thing exactly, or is left
 * out: a thread that serves several requests at once cannot say what one of them took.
 */
#ifndef MASTHEAD_TIMINGS_H
#define MASTHEAD_TIMINGS_H

#include "out.h"
#include "../maps/state.h"

/* When the byte at this place of the call could be read at the socket; 0: not known. */
static __always_inline __u64 arrival_of(const struct work *w)
{
	if (!(w->measured.wants & TIMING_ARRIVAL) || w->earlier + w->position >= w->measured.arrived_bytes)
		return 0;
	return w->measured.arrived_ns;
}

/* The thread has a request to work for that is not followed to its response: of none can be told any more what it did for it. */
static __always_inline void serve_unfollowed(struct work *w)
{
	if (w->direction == READ)
		w->measured.begun++;
}

/* A request of this direction was read by the thread: from now on it works for it, and for no other one if it is the only one. */
static __always_inline void begin_serving(struct work *w, struct connection *c, const struct direction *d)
{
	struct measured_call *m = &w->measured;
	int is_only;

	if (c->role != ROLE_SERVER || w->direction != READ)
		return;
	if (c->lost) {
		serve_unfollowed(w);
		return;
	}
	if (c->serving_thread != m->thread)
		c->serving_open = c->serving_response = 0;
	m->begun++;
	c->serving_open++;
	is_only = m->unanswered_before + m->begun - m->answered == 1 && c->next_request - c->next_response == 1;
	c->serving_cpu_ns = is_only && !d->assembling ? m->cpu_ns : 0;
	c->serving_exchange = d->exchange;
	c->serving_thread = m->thread;
	c->serving_begun = m->begun_before + m->begun;
}

/* One thread of the process answers what another one read: so what a thread does may be for requests that it never read. */
static __always_inline void note_handover(const struct work *w)
{
	__u32 id = w->process;
	struct process *process = bpf_map_lookup_elem(&processes, &id);

	if (process)
		process->hands_over = 1;
}

static __always_inline int hands_over(const struct work *w)
{
	__u32 id = w->process;
	struct process *process = bpf_map_lookup_elem(&processes, &id);

	return !process || process->hands_over;
}

/* A response begins. What the thread did since its request is known where it began no other one since. */
static __always_inline void end_serving(struct work *w, struct connection *c, const struct direction *d)
{
	struct measured_call *m = &w->measured;
	__s64 served;

	m->known &= ~TIMING_CPU;
	if (!c->serving_open)
		return;
	if (c->serving_thread != m->thread) {
		note_handover(w);
		return;
	}
	c->serving_response = 1;
	if (c->serving_exchange != d->exchange || !c->serving_cpu_ns || !m->cpu_ns || d->assembling ||
	    c->serving_begun != m->begun_before || hands_over(w))
		return;
	served = m->cpu_ns - c->serving_cpu_ns;
	m->served_ns = served < 0 ? 0 : served;
	m->known |= TIMING_CPU;
}

/* A message ends. With its response a request is open no more; before, the thread still works for it. */
static __always_inline void end_served(struct work *w, struct connection *c, const struct direction *d)
{
	struct measured_call *m = &w->measured;

	if (!d->response || w->direction != WRITE || !c->serving_response)
		return;
	c->serving_response = 0;
	if (!(m->wants & TIMING_CPU) || c->serving_thread != m->thread || !c->serving_open)
		return;
	c->serving_open--;
	m->answered++;
}

/* Right after struct record_message, and only where there is something to tell. */
static __always_inline void append_timings(struct work *w, struct out *o, struct connection *c, const struct direction *d)
{
	struct record_timings *t = (void *)(o->bytes + sizeof(struct record_message));
	__u32 known = 0;

	__builtin_memset(t, 0, sizeof(*t));
	if (d->response) {
		known = w->judgement.timings & w->measured.known & (TIMING_NETWORK | TIMING_CPU);
		if (known & TIMING_NETWORK) {
			t->rtt_us = w->measured.rtt_us;
			t->retransmits = w->measured.retransmits;
		}
		if (known & TIMING_CPU)
			t->thread_cpu_ns = w->measured.served_ns;
	} else if (c->role == ROLE_SERVER && w->head.arrived_ns && w->head.first_byte_ns >= w->head.arrived_ns) {
		known = w->judgement.timings & TIMING_ARRIVAL;
		if (known)
			t->arrival_delay_ns = w->head.first_byte_ns - w->head.arrived_ns;
	}
	if (!known)
		return;
	t->known = known;
	MESSAGE(o)->header.flags |= RECORD_TIMINGS;
	o->size += sizeof(*t);
}

#endif
