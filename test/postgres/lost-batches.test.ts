import type { Database } from "@masthead/api/platform/db/database";
import { agentIdSchema } from "@masthead/shared/ids";
import { batchSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import type { Ledger, LostBatch } from "@masthead/shared/wire/ledger";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { encode, makeBatch } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { emptyIngestTables } from "./support/empty-tables.js";
import { makeHeartbeat } from "./support/heartbeats.js";
import { drainQueue, hear } from "./support/ingest.js";
import { MemoryQueue, RecordedWatermarks } from "./support/queue.js";

const AGENT = agentIdSchema.parse("agent-1");
/** The run that lost batches, and the one that tells of it. */
const EARLIER = 1_000;
const LATER = 2_000;

let server: TestDatabase;
let owner: Database;
let ingest: Database;
let watermarks: RecordedWatermarks;
beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  ingest = server.open("ingest");
});
afterAll(() => server?.stop());
beforeEach(async () => {
  watermarks = new RecordedWatermarks();
  await emptyIngestTables(owner);
});

const drained = async (queue: MemoryQueue): Promise<void> => {
  await drainQueue(ingest, queue, { watermarks });
};
const commit = async (...batches: Batch[]): Promise<void> => {
  const queue = new MemoryQueue();
  for (const batch of batches) queue.add(batch);
  await drained(queue);
};

/** Batch `seq` of a run of which every batch has ten exchanges: its account is of all up to it. */
const batchOf = (epoch: number, seq: number, account: Partial<Ledger> = {}): Batch =>
  makeBatch({
    epoch,
    seq,
    exchanges: Array.from({ length: 10 }, () => ({})),
    change: (batch) => {
      batch.ledger = { captured: 10 * seq, batched: 10 * seq, lost: [], pending: 0, ...account };
    },
  });
const lost = (seq: number, stage = "spool", reason = "corrupt"): LostBatch => ({
  ...{ epoch: EARLIER, seq, exchanges: 10, stage, reason },
});
const tellByHeartbeat = async (epoch: number, lostBatches: LostBatch[], account: Partial<Ledger> = {}) => {
  const ledger = { captured: 0, batched: 0, lost: [], pending: 0, ...account, lostBatches };
  const heartbeat = makeHeartbeat({ agentId: AGENT, epoch, lastSeq: 0, ledger });
  await hear(ingest, [heartbeat], { watermarks });
};

const ledgerOf = async (epoch: number) => {
  const [row] = await owner.sql`select captured, committed, lost, pending, imbalance, undelivered from ledger
    where agent_id = ${AGENT} and epoch = ${epoch}`;
  return row;
};
const lossesOf = async (epoch: number) =>
  owner.sql`select stage, reason, lost from ledger_losses where epoch = ${epoch} and lost is not null order by 1, 2`;
const settledThrough = async (epoch: number) => {
  const [row] = await owner.sql`select contiguous_through from epochs where epoch = ${epoch}`;
  return row?.["contiguous_through"];
};

const ALL_BUT_ONE = { captured: 30, committed: 20, lost: 10, pending: 0, imbalance: 0, undelivered: 0 };

describe("a batch that an earlier run left and that is lost", () => {
  test.each(["before", "after"])(
    "is booked to that run, once, when it is told %s the others come",
    async (when) => {
      const tell = () => tellByHeartbeat(LATER, [lost(2)]);
      if (when === "before") await tell();
      await commit(batchOf(EARLIER, 1), batchOf(EARLIER, 3));
      await tell();
      await tell();
      expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
      expect(await lossesOf(EARLIER)).toEqual([{ stage: "spool", reason: "corrupt", lost: 10 }]);
      expect(await settledThrough(EARLIER)).toBe(3);
      expect(await ledgerOf(LATER)).toMatchObject({ captured: 0, lost: 0 });
      const [told] = await owner.sql`select sum(lost)::int as lost from loss_times`;
      expect(told).toEqual({ lost: 10 });
    },
  );

  test("is told of by batches, too", async () => {
    await commit(batchOf(EARLIER, 1), batchOf(EARLIER, 3), batchOf(LATER, 1, { lostBatches: [lost(2)] }));
    expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
    expect(await ledgerOf(LATER)).toMatchObject({ captured: 10, committed: 10, lost: 0, pending: 0 });
  });

  test("and that the run's last account did not know counts as captured after it, less what was pending", async () => {
    await commit(
      batchOf(EARLIER, 1, { captured: 14, pending: 4 }),
      batchOf(EARLIER, 2, { captured: 24, pending: 4 }),
    );
    await tellByHeartbeat(LATER, [lost(3)]);
    expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
  });

  test("and that was all there was of its run", async () => {
    await tellByHeartbeat(LATER, [lost(1)]);
    expect(await ledgerOf(EARLIER)).toEqual({
      ...{ captured: 10, committed: 0, lost: 10, pending: 0, imbalance: 0, undelivered: 0 },
    });
    expect(await settledThrough(EARLIER)).toBe(1);
  });

  test("and was refused here gets its number, and the agent hears that it is booked", async () => {
    const queue = new MemoryQueue();
    queue.add(batchOf(EARLIER, 1));
    queue.addRaw(batchSubject(AGENT), encode({ v: 1, agentId: AGENT, epoch: EARLIER, seq: 2 }));
    queue.add(batchOf(EARLIER, 3));
    await drained(queue);
    expect(watermarks.last?.epochs).toEqual([
      { epoch: EARLIER, committedThrough: 3, gaps: [], refused: [2] },
    ]);
    await tellByHeartbeat(LATER, [lost(2, "delivery", "refused")]);
    expect(watermarks.last?.epochs.find(({ epoch }) => epoch === EARLIER)).toEqual({
      ...{ epoch: EARLIER, committedThrough: 3, gaps: [], refused: [2], lost: [2] },
    });
    expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
    expect(await lossesOf(EARLIER)).toEqual([{ stage: "delivery", reason: "refused", lost: 10 }]);
  });

  test("but was committed before its file was lost stays committed", async () => {
    await commit(batchOf(EARLIER, 1), batchOf(EARLIER, 2), batchOf(EARLIER, 3));
    await tellByHeartbeat(LATER, [lost(2)]);
    expect(await ledgerOf(EARLIER)).toMatchObject({ captured: 30, committed: 30, lost: 0, pending: 0 });
  });

  test("and comes after all changes nothing any more", async () => {
    await commit(batchOf(EARLIER, 1), batchOf(EARLIER, 3));
    await tellByHeartbeat(LATER, [lost(2)]);
    await commit(batchOf(EARLIER, 2));
    expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
  });
});

describe("a batch that a run itself lost", () => {
  const account = { batched: 20, lost: [{ stage: "spool", reason: "corrupt", count: 10 }] };
  const own = () => batchOf(EARLIER, 3, { ...account, lostBatches: [lost(2)] });

  test("is in its own account, and leaves no gap", async () => {
    await commit(batchOf(EARLIER, 1), own());
    expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
    expect(await settledThrough(EARLIER)).toBe(3);
  });

  test("is not counted again where a later run tells of it, in whatever order the two come", async () => {
    await commit(batchOf(EARLIER, 1));
    await tellByHeartbeat(LATER, [lost(2)]);
    await commit(own());
    await tellByHeartbeat(LATER, [lost(2)]);
    expect(await ledgerOf(EARLIER)).toEqual(ALL_BUT_ONE);
    const [told] = await owner.sql`select sum(lost)::int as lost from loss_times`;
    expect(told).toEqual({ lost: 10 });
  });
});

test("a run knows nothing of later ones", async () => {
  await commit(batchOf(EARLIER, 1, { lostBatches: [{ ...lost(1), epoch: LATER }] }));
  expect(await ledgerOf(LATER)).toBeUndefined();
});
