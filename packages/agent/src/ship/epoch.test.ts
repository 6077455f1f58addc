import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentIdSchema } from "@masthead/shared/ids";
import { afterEach, beforeEach, expect, test } from "vitest";
import { beginEpoch } from "./epoch.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "masthead-epoch-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const a1 = agentIdSchema.parse("a1");

test("grows with every start, also when the clock goes back or the file is lost", async () => {
  expect(await beginEpoch(dir, a1, 1000)).toBe(1000);
  expect(await beginEpoch(dir, a1, 1000)).toBe(1001);
  expect(await beginEpoch(dir, a1, 5)).toBe(1002);
  await writeFile(join(dir, "epoch.json"), "{");
  expect(await beginEpoch(dir, a1, 5, 1002)).toBe(1003);
});

test("the state of another agent is refused", async () => {
  await beginEpoch(dir, a1, 1);
  await expect(beginEpoch(dir, agentIdSchema.parse("b2"), 2)).rejects.toThrow(/state of agent a1/);
});
