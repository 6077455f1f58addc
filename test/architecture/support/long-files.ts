/** Files of more than 250 lines, and why each is one file all the same. */
export const LONG_FILES: Record<string, string> = {
  "bpf/lib/message.h": "one message from its head to its record, in the order in which the kernel does it",
  "packages/agent/src/agent.ts": "wiring happens once, and this is it",
  "packages/api/schema.sql": "dumped from the migrations",
  "test/postgres/ingest.test.ts": "every way a batch can come, against one set-up",
  "test/postgres/usage.test.ts": "one data set and every question put to it",
};
