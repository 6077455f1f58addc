import { execFileSync } from "node:child_process";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { expect, test } from "vitest";

/**
 * One that the running kernel lacks, weak or not, in a program that is loaded or not, is looked for in modules by libbpf 1.1:
 * without CAP_SYS_ADMIN nothing would be loaded on kernels before Linux 6.13, and this host's kernel does not tell.
 */
test("the object names no function or variable of the kernel", () => {
  expect(execFileSync("llvm-nm", ["--undefined-only", BUILT_OBJECT], { encoding: "utf8" }).trim()).toBe("");
});
