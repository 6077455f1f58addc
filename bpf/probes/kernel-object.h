/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Fields of a kernel object whose address was found in another one. With TYPED_READS the verifier is told what the address is of, and
 * its fields are read by plain loads, of which a bad one gives 0; without, each is a call of a helper. The object is built both ways:
 * an object that names bpf_rdonly_cast is loaded without CAP_SYS_ADMIN from Linux 6.4 on only.
 */
#ifndef MASTHEAD_PROBES_KERNEL_OBJECT_H
#define MASTHEAD_PROBES_KERNEL_OBJECT_H

#include "../lib/platform.h"

#ifdef TYPED_READS
extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym;
#define AS_TYPE(type, address) ((struct type *)bpf_rdonly_cast(address, bpf_core_type_id_kernel(struct type)))

/* READ_FIELD(inode, address, i_ino) */
#define READ_FIELD(type, address, field) (AS_TYPE(type, address)->field)
#else
#define READ_FIELD(type, address, field) BPF_CORE_READ((struct type *)(address), field)
#endif

#endif
