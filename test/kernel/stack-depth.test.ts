import { typedBuildOf } from "@masthead/agent/capture/object-builds";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { expect, test } from "vitest";
import { deepestPaths } from "./stack-depth/call-paths.js";

/** MAX_BPF_STACK of the kernel. */
const STACK_BYTES = 512;

/** This host's kernel is younger than the floor and may count less, so its verifier does not tell. */
test.each([
  "ssl_call_entry",
  "ssl_call_return",
  "ssl_call_session",
  "ssl_entry",
  "go_call_entry",
  "go_call_bytes",
  "ssl_copy",
  "process_exec",
  "process_exit",
  "process_fork",
  "socket_syscall",
  "system_call_entry",
  "system_call_return",
  "socket_call_return",
  "socket_write_entry",
  "socket_close_entry",
  "socket_cold_entry",
  "socket_send",
  "socket_receive",
  "arrival_note",
  "arrival_take",
  "parse_test",
])("%s fits the stack of Linux 6.1 on every path", (program) => {
  for (const object of [BUILT_OBJECT, typedBuildOf(BUILT_OBJECT)]) {
    const [path] = deepestPaths(object, [program]);
    expect(path?.functions[0]).toBe(program);
    expect(path?.stackBytes, path?.functions.join(" → ")).toBeLessThanOrEqual(STACK_BYTES);
  }
});
