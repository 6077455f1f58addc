/** Files of more than 250 lines, and why each is one file all the same. */
export const LONG_FILES: Record<string, string> = {
  "bpf/lib/follow.h": "one state machine: a direction's states and every way between them are read together",
  "bpf/lib/message.h": "one message from its head to its record, in the order in which the kernel does it",
  "bpf/tests/host-test.c": "one list of bounds and their overflows over one connection driver",
  "packages/agent/native/src/session.cc":
    "the addon's one class: each method is a call of libbpf and its error",
};
