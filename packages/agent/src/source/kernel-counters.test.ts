import { readFileSync } from "node:fs";
import { LOSSES } from "@masthead/shared/wire/ledger";
import { expect, test } from "vitest";
import { KERNEL_COUNTERS, kernelAccount } from "./kernel-counters.js";

const header = readFileSync(new URL("../../../../bpf/include/record.h", import.meta.url), "utf8");

test("names follow enum counter of record.h", () => {
  const body = /enum counter \{([\s\S]*?)\};/.exec(header)?.[1] ?? "";
  const names = [...body.matchAll(/^\s*COUNTER_(\w+)/gm)].map(([, name]) => name?.toLowerCase());
  expect(names).toEqual([...KERNEL_COUNTERS]);
});

test("every loss of the kernel has a name in the ledger", () => {
  const { captured, lost } = kernelAccount(KERNEL_COUNTERS.map((_, index) => index + 1));
  expect(captured).toBe(1);
  const losing = KERNEL_COUNTERS.filter((name) => name.startsWith("lost_"));
  expect(lost.map(({ count }) => KERNEL_COUNTERS[count - 1])).toEqual(losing);
  for (const { stage, reason } of lost)
    expect((LOSSES as Record<string, readonly string[]>)[stage]).toContain(reason);
});
