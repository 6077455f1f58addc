import { execFileSync } from "node:child_process";
import { typedBuildOf } from "@masthead/agent/capture/object-builds";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { expect, test } from "vitest";

const undefinedIn = (object: string): string =>
  execFileSync("llvm-nm", ["--undefined-only", "--just-symbol-name", object], { encoding: "utf8" }).trim();

/**
 * One that the running kernel lacks, weak or not, in a program that is loaded or not, is looked for in modules by libbpf 1.1:
 * without CAP_SYS_ADMIN nothing would be loaded on kernels before Linux 6.13, and this host's kernel does not tell.
 */
test("the object names no function or variable of the kernel", () => {
  expect(undefinedIn(BUILT_OBJECT)).toBe("");
});

test("the one for Linux 6.4 and later names a function that each of these has, and no other", () => {
  expect(undefinedIn(typedBuildOf(BUILT_OBJECT))).toBe("bpf_rdonly_cast");
});
