import { execFileSync } from "node:child_process";
import { test } from "vitest";

const SCRIPT = new URL("../../packages/agent/dist/testing/stage-benchmark.js", import.meta.url).pathname;

/** On the build, since the test runner's module loading would be part of the figures. */
test("agent: decoding, pairing and governing", () => {
  console.log(execFileSync(process.execPath, [SCRIPT], { encoding: "utf8" }));
});
