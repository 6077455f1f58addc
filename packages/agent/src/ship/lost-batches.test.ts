import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentIdSchema } from "@masthead/shared/ids";
import { LOST_BATCHES_MAX } from "@masthead/shared/wire/ledger";
import type { Watermark } from "@masthead/shared/wire/watermark";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LostBatches } from "./lost-batches.js";

const REFUSED = { stage: "delivery", reason: "refused" } as const;
const CORRUPT = { stage: "spool", reason: "corrupt" } as const;
const batch = (epoch: number, seq: number) => ({ epoch, seq, exchanges: 10, bytes: 1 });
const markOf = (epoch: number, more: Partial<Watermark["epochs"][number]> = {}): Watermark => ({
  v: 1,
  agentId: agentIdSchema.parse("a1"),
  epochs: [{ epoch, committedThrough: 9, gaps: [], refused: [], ...more }],
});

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "masthead-lost-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const told = (lost: LostBatches) => lost.list().map(({ epoch, seq }) => `${epoch}.${seq}`);

test("are told by this run and by later ones, oldest first, until they are booked", async () => {
  const first = await LostBatches.open(dir);
  await first.add(batch(5, 2), REFUSED);
  await first.add(batch(4, 7), CORRUPT);
  const next = await LostBatches.open(dir);
  expect(next.list()).toEqual([
    { epoch: 4, seq: 7, exchanges: 10, ...CORRUPT },
    { epoch: 5, seq: 2, exchanges: 10, ...REFUSED },
  ]);
  expect([next.has(batch(4, 7)), next.has(batch(4, 8))]).toEqual([true, false]);
  await next.settle(markOf(4, { lost: [7] }));
  expect(told(next)).toEqual(["5.2"]);
  expect(told(await LostBatches.open(dir))).toEqual(["5.2"]);
});

test("a gap is not booked, and neither is a refused one of which nobody has told", async () => {
  const lost = await LostBatches.open(dir);
  await lost.add(batch(4, 3), CORRUPT);
  await lost.add(batch(4, 5), REFUSED);
  await lost.settle(markOf(4, { gaps: [[3, 3]], refused: [5] }));
  expect(told(lost)).toEqual(["4.3", "4.5"]);
  await lost.settle(markOf(5));
  expect(told(lost)).toEqual(["4.3", "4.5"]);
  // Settled without a word of loss: it was committed before its file was lost.
  await lost.settle(markOf(4, { refused: [5] }));
  expect(told(lost)).toEqual(["4.5"]);
  await lost.settle(markOf(4, { refused: [5], lost: [5] }));
  expect(await readdir(join(dir, "lost"))).toEqual([]);
});

test("one that is booked before its file is written leaves no file", async () => {
  const lost = await LostBatches.open(dir);
  const adding = lost.add(batch(4, 3), CORRUPT);
  expect(told(lost)).toEqual(["4.3"]);
  await Promise.all([adding, lost.settle(markOf(4, { lost: [3] }))]);
  expect(told(lost)).toEqual([]);
  expect(await readdir(join(dir, "lost"))).toEqual([]);
});

test("an epoch that is too old for watermarks is not told for ever", async () => {
  const lost = await LostBatches.open(dir);
  await lost.add(batch(4, 3), CORRUPT);
  const epochs = Array.from({ length: 64 }, (_, at) => ({
    ...{ epoch: 100 + at, committedThrough: 0, gaps: [], refused: [] },
  }));
  await lost.settle({ ...markOf(4), epochs });
  expect(told(lost)).toEqual([]);
});

test("one message tells of as many as it may, the oldest", async () => {
  await mkdir(join(dir, "lost"));
  for (let seq = LOST_BATCHES_MAX + 1; seq > 0; seq -= 1)
    await writeFile(join(dir, "lost", `4.${seq}.10.spool.corrupt`), "");
  const lost = await LostBatches.open(dir);
  expect(lost.list()).toHaveLength(LOST_BATCHES_MAX);
  expect(lost.list()[0]?.seq).toBe(1);
});
