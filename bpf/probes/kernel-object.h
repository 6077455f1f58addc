/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Fields of a kernel object whose address was found in another one. Since Linux 6.2 such an address can be declared to be of a
 * type and its fields are read by plain loads, of which a bad one gives 0; before, each is a call of a helper.
 */
#ifndef MASTHEAD_PROBES_KERNEL_OBJECT_H
#define MASTHEAD_PROBES_KERNEL_OBJECT_H

#include "../lib/platform.h"

extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __weak __ksym;

/* A type that came later than bpf_rdonly_cast (Linux 6.4), since what a kernel's functions are cannot be asked before that either. */
struct bpf_iter_num;
#define HAS_TYPED_READS bpf_core_type_exists(struct bpf_iter_num)

#define AS_TYPE(type, address) ((struct type *)bpf_rdonly_cast(address, bpf_core_type_id_kernel(struct type)))

/* READ_FIELD(inode, address, i_mode) */
#define READ_FIELD(type, address, field) \
	(HAS_TYPED_READS ? AS_TYPE(type, address)->field : BPF_CORE_READ((struct type *)(address), field))

#endif
