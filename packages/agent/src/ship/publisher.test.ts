import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { agentIdSchema } from "@masthead/shared/ids";
import type { Watermark } from "@masthead/shared/wire/watermark";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryMessaging } from "../testing/memory-messaging.js";
import { Publisher } from "./publisher.js";
import { Spool } from "./spool.js";

const agentId = agentIdSchema.parse("a1");
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "masthead-publisher-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function started(epoch = 5) {
  const { spool, left } = await Spool.open(dir, 1e9);
  const messaging = new MemoryMessaging();
  const lost: string[] = [];
  const clock = { nowMs: 0 };
  const publisher = new Publisher(
    {
      agentId,
      epoch,
      runId: "r",
      maxInFlight: 2,
      resendAfterMs: 1000,
      maxResendAfterMs: 4000,
      backoffMs: 100,
      maxBackoffMs: 400,
      nowMs: () => clock.nowMs,
      onLost: async ({ seq, exchanges }, { stage, reason }) => {
        lost.push(`${seq}: ${exchanges} ${stage}/${reason}`);
      },
      onFailed: () => undefined,
    },
    spool,
    messaging,
  );
  for (const batch of left) publisher.add(batch);
  const make = async (seq: number, payload: Buffer = gzipSync(`batch ${seq}`)) =>
    publisher.add(await spool.write(epoch, seq, 10, payload), payload);
  const settled = async () => {
    // A publish that ends lets the next begin in a later turn.
    for (let turns = 0; turns < 5; turns++) {
      await publisher.idle();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const ids = () => messaging.published.map(({ messageId }) => messageId);
  return { spool, messaging, lost, clock, publisher, make, settled, ids };
}
const mark = (
  epoch: number,
  committedThrough: number,
  more: Partial<Watermark["epochs"][number]> = {},
): Watermark => ({
  v: 1,
  agentId,
  epochs: [{ epoch, committedThrough, gaps: [], refused: [], ...more }],
});

test("sends in order, and frees what the watermark covers and nothing else", async () => {
  const { make, settled, ids, publisher } = await started();
  for (const seq of [1, 2, 3, 4]) await make(seq);
  await settled();
  expect(ids().sort()).toEqual(["5.1.r.1", "5.2.r.1", "5.3.r.1", "5.4.r.1"]);
  expect(await readdir(join(dir, "5"))).toHaveLength(4);
  await publisher.settle(mark(5, 3, { gaps: [[2, 2]] }));
  expect((await readdir(join(dir, "5"))).sort()).toEqual(["2.10.json.gz", "4.10.json.gz"]);
});

test("a new connection sends all that is not committed again, under new message ids", async () => {
  const { make, settled, ids, publisher } = await started();
  await make(1);
  await make(2);
  await settled();
  await publisher.settle(mark(5, 1));
  publisher.connected();
  await settled();
  expect(ids()).toEqual(["5.1.r.1", "5.2.r.1", "5.2.r.2"]);
});

test("sends again after a time without a watermark, each time later", async () => {
  const { make, settled, ids, publisher, clock } = await started();
  await make(1);
  await settled();
  for (const [atMs, sent] of [
    [999, 1],
    [1000, 2],
    [2999, 2],
    [3000, 3],
    [6999, 3],
    [7000, 4],
  ] as const) {
    clock.nowMs = atMs;
    publisher.tick();
    await settled();
    expect([atMs, ids().length]).toEqual([atMs, sent]);
    // An acknowledgement counts as a sign; the doubling goes on all the same.
  }
});

test("a gap below the watermark is sent again once it is old", async () => {
  const { make, settled, ids, publisher, clock } = await started();
  for (const seq of [1, 2]) await make(seq);
  await settled();
  await publisher.settle(mark(5, 2, { gaps: [[1, 1]] }));
  clock.nowMs = 1001;
  await publisher.settle(mark(5, 2, { gaps: [[1, 1]] }));
  await settled();
  expect(ids()).toEqual(["5.1.r.1", "5.2.r.1", "5.1.r.2"]);
});

test("a server that does not answer is asked again, later and later", async () => {
  const { make, settled, publisher, messaging, clock } = await started();
  messaging.fail = new Error("timeout");
  await make(1);
  await settled();
  const failuresAt = async (nowMs: number) => {
    clock.nowMs = nowMs;
    publisher.tick();
    await settled();
    return publisher.counters.publishFailures;
  };
  expect([await failuresAt(99), await failuresAt(100), await failuresAt(299), await failuresAt(300)]).toEqual(
    [1, 2, 2, 3],
  );
  messaging.fail = undefined;
  await failuresAt(10_000);
  expect(messaging.published).toHaveLength(1);
});

test("a refused batch is freed and lost by name", async () => {
  const { make, settled, publisher, lost } = await started();
  await make(1);
  await settled();
  await publisher.settle(mark(5, 1, { refused: [1] }));
  expect(lost).toEqual(["1: 10 delivery/refused"]);
  expect(await readdir(join(dir, "5"))).toEqual([]);
});

test("what an earlier epoch left is sent first, and freed by its own watermark", async () => {
  const earlier = await started(4);
  earlier.messaging.isConnected = false;
  await earlier.make(1);
  await earlier.make(2);
  const { make, settled, ids, publisher } = await started(5);
  await make(1);
  await settled();
  // Two at once are on their way, so the two may overtake each other.
  expect(ids().sort()).toEqual(["4.1.r.1", "4.2.r.1", "5.1.r.1"]);
  await publisher.settle(mark(4, 2));
  expect(publisher.outbox.size).toBe(1);
});

test("a file that a crash of the host left torn is set aside, counted, and stops nothing", async () => {
  const earlier = await started(4);
  earlier.messaging.isConnected = false;
  await earlier.make(1);
  await earlier.make(2);
  await writeFile(join(dir, "4", "1.10.json.gz"), gzipSync("batch 1").subarray(0, 12));
  await writeFile(join(dir, "4", "3.10.json.gz.tmp"), "");
  const { settled, ids, lost } = await started(5);
  await settled();
  expect(lost).toEqual(["1: 10 spool/corrupt"]);
  expect(ids()).toEqual(["4.2.r.1"]);
  expect(await readdir(join(dir, "corrupt"))).toEqual(["4.1.10.json.gz"]);
  expect(await readdir(join(dir, "4"))).toEqual(["2.10.json.gz"]);
});
