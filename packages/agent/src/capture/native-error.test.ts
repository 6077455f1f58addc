import { constants } from "node:os";
import { expect, test } from "vitest";
import { NativeError } from "./native-error.js";

const { EACCES, EINVAL, EPERM } = constants.errno;

/** The end of what libbpf prints when the verifier refuses a helper. */
const refusal = (words: string): string =>
  [
    "libbpf: prog 'process_exec': BPF program load failed: Invalid argument",
    "libbpf: prog 'process_exec': -- BEGIN PROG LOAD LOG --",
    "31: (85) call bpf_probe_read_kernel#113",
    words,
    "processed 30 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1",
    "-- END PROG LOAD LOG --",
  ].join("\n");

test.each([
  "unknown func bpf_probe_read_kernel#113",
  "program of this type cannot use helper bpf_probe_read_kernel_str#115",
  // libbpf puts the old helper in the place of one that it finds missing.
  "program of this type cannot use helper bpf_probe_read#4",
])("a load that lockdown confidentiality refuses says so: %s", (words) => {
  const { message } = new NativeError("load masthead.bpf.o", EINVAL, refusal(words));
  expect(message).toMatch(
    /^load masthead.bpf.o: EINVAL; kernel lockdown `confidentiality` .*lockdown=integrity/,
  );
});

test("another refusal is not taken for lockdown", () => {
  const { message } = new NativeError("load x", EINVAL, refusal("unknown func bpf_probe_write_user#36"));
  expect(message).not.toContain("lockdown");
});

test("a refused probe names the capability that its kind of link wants", () => {
  expect(new NativeError("attach perf /lib/libssl.so.3+64", EACCES).message).toContain("CAP_SYS_ADMIN");
  expect(new NativeError("attach multi /lib/libssl.so.3+64", EPERM).message).toContain("doctor");
});
