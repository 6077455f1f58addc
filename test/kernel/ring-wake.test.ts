import { execFileSync } from "node:child_process";
import { openSession } from "@masthead/agent/capture/native-session";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const RING_BYTES = 65_536;

test("the ring is read before its time where a quarter of it has filled", async () => {
  const session = openSession({
    ...{ objectPath: BUILT_OBJECT, pollEveryMs: 3_600_000, mapEntries: { records: RING_BYTES } },
  });
  cleanup.add(() => session.close());
  const batches: number[] = [];
  session.start((records) => batches.push(records.length));
  cleanup.add(() => session.stop());
  const isLarge = (bytes: number) => bytes > RING_BYTES / 5;
  await until("records of programs that started and ended", () => {
    execFileSync("/bin/true");
    return batches.some(isLarge);
  });
  // One may have been there when the reader began.
  expect(batches.filter((bytes) => !isLarge(bytes)).length).toBeLessThanOrEqual(1);
});
