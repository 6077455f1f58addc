import {
  DRAIN_TRANSACTIONS,
  type DrainBatchesDeps,
  type DrainedBatches,
  maintain,
} from "@masthead/api/features/ingest/index";
import type { Database } from "@masthead/api/platform/db/database";
import { agentIdSchema } from "@masthead/shared/ids";
import type { Batch } from "@masthead/shared/wire/batch";
import { withRows } from "@masthead/shared/wire/batch-rows";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "../support/until.js";
import { encode, makeBatch, NOON_US } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { emptyIngestTables } from "./support/empty-tables.js";
import { makeHeartbeat } from "./support/heartbeats.js";
import { drainQueue, hear } from "./support/ingest.js";
import { MemoryQueue, RecordedWatermarks } from "./support/queue.js";

let server: TestDatabase;
let owner: Database;
let ingest: Database;
let watermarks: RecordedWatermarks;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  ingest = server.open("ingest");
  await maintain(ingest, NOON_US);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  watermarks = new RecordedWatermarks();
  await emptyIngestTables(owner);
});

const drain = (
  queue: MemoryQueue,
  database: Database = ingest,
  over: Partial<DrainBatchesDeps> = {},
): Promise<DrainedBatches> => drainQueue(database, queue, { watermarks, ...over });

const drainAll = (...batches: Batch[]): Promise<DrainedBatches> => {
  const queue = new MemoryQueue();
  for (const batch of batches) queue.add(batch);
  return drain(queue);
};

/** Heartbeats of agent-1. */
const drainBeats = (...beats: Partial<Heartbeat>[]): Promise<void> => {
  const agentId = agentIdSchema.parse("agent-1");
  const heartbeats = beats.map((beat) => makeHeartbeat({ agentId, ...beat }));
  return hear(ingest, heartbeats, { watermarks });
};

const stored = async () => {
  const [row] = await owner.sql`select
    (select count(*)::int from exchanges) as exchanges, (select count(*)::int from batches) as batches,
    (select coalesce(sum(requests), 0)::int from usage_minute) as requests,
    (select count(*)::int from set_aside) as set_aside`;
  return row;
};

const ledger = async () =>
  owner.sql`select agent_id, epoch, captured, lost, committed, pending, imbalance from ledger order by 1, 2`;

describe("counted once", () => {
  test("a batch, its exchanges, usage and ledger are committed together", async () => {
    const batch = makeBatch({ seq: 1, exchanges: [{}, { status: 503 }, { tenant: "b" }], countedOnly: 4 });
    expect(await drainAll(batch)).toMatchObject({ messages: 1, committed: 1, exchanges: 3, setAside: 0 });
    expect(await stored()).toEqual({ exchanges: 3, batches: 1, requests: 7, set_aside: 0 });
    expect(await ledger()).toEqual([
      { agent_id: "agent-1", epoch: 1000, captured: 7, lost: 0, committed: 7, pending: 0, imbalance: 0 },
    ]);
    expect(watermarks.last).toEqual({
      v: 1,
      agentId: "agent-1",
      epochs: [{ epoch: 1000, committedThrough: 1, gaps: [], refused: [] }],
    });
  });

  test("a redelivered batch moves no total, and the agent is told again", async () => {
    const batch = makeBatch({ seq: 1, exchanges: [{}, {}] });
    await drainAll(batch);
    expect(await drainAll(batch, batch)).toMatchObject({ committed: 0, duplicates: 2, clashes: 0 });
    expect(await stored()).toEqual({ exchanges: 2, batches: 1, requests: 2, set_aside: 0 });
    expect(watermarks.published).toHaveLength(2);
  });

  test("the same key with another payload is refused and seen", async () => {
    await drainAll(makeBatch({ seq: 1, exchanges: [{}, {}] }));
    const queue = new MemoryQueue();
    queue.add(makeBatch({ seq: 1, exchanges: [{}, {}, {}] }));
    expect(await drain(queue)).toMatchObject({ committed: 0, clashes: 1, duplicates: 0 });
    expect(await stored()).toEqual({ exchanges: 2, batches: 1, requests: 2, set_aside: 1 });
    expect(await owner.sql`select kind, reason, seq, exchanges from set_aside`).toEqual([
      { kind: "batch", reason: "payload_clash", seq: 1, exchanges: 3 },
    ]);
    expect(await owner.sql`select name, reason, count from ingest_counters`).toEqual([
      { name: "set_aside_batch", reason: "payload_clash", count: 1 },
    ]);
  });

  test("a drain that dies between commit and acknowledgement counts nothing twice", async () => {
    const batch = makeBatch({ seq: 1, exchanges: [{}, {}] });
    const queue = new MemoryQueue();
    queue.add(batch);
    const dies = {
      fetch: async function* (max: number) {
        for await (const message of queue.fetch(max))
          yield {
            ...message,
            ack: () => {
              message.nak();
              throw new Error("killed");
            },
          };
      },
    };
    await expect(drain(queue, ingest, { queue: dies })).rejects.toThrow("killed");
    expect(await stored()).toMatchObject({ exchanges: 2, requests: 2 });
    expect(await drain(queue)).toMatchObject({ committed: 0, duplicates: 1 });
    expect(await stored()).toMatchObject({ exchanges: 2, requests: 2 });
    expect(queue.settled.acked).toBe(1);
  });

  test("a drain whose connection dies gives back all it took, and the next one counts it once", async () => {
    const queue = new MemoryQueue();
    for (let seq = 1; seq <= 40; seq++) queue.add(makeBatch({ seq, exchanges: [{}, {}] }));
    const looking = server.open("owner");
    await owner.sql.begin(async (sql) => {
      await sql`lock table exchanges in exclusive mode`;
      const failed = expect(drain(queue)).rejects.toThrow();
      await until("the drain to wait for the lock, and to have read ahead", async () => {
        const waiting = await looking.sql`select pid from pg_stat_activity
          where application_name = 'test ingest' and wait_event_type = 'Lock'`;
        if (waiting.length < DRAIN_TRANSACTIONS || queue.length > 0) return false;
        for (const { pid } of waiting) await looking.sql`select pg_terminate_backend(${pid})`;
        return true;
      });
      await failed;
    });
    expect([queue.length, queue.settled.acked]).toEqual([40, 0]);
    expect(await drain(queue)).toMatchObject({ committed: 40, duplicates: 0 });
    expect(await stored()).toMatchObject({ exchanges: 80, requests: 80 });
  });

  test("drains side by side neither deadlock nor count twice", async () => {
    const batches = Array.from({ length: 60 }, (_, i) =>
      makeBatch({
        agentId: `agent-${i % 3}`,
        seq: Math.floor(i / 3) + 1,
        exchanges: Array.from({ length: 20 }, (_, n) => ({
          tenant: `t${(i * 7 + n) % 5}`,
          template: `/${(i + n * 3) % 11}`,
          timeUs: NOON_US - ((i + n) % 4) * 60_000_000,
        })),
      }),
    );
    const queues = [1, 2, 3, 4].map(() => new MemoryQueue());
    for (const batch of batches) for (const queue of queues) queue.add(batch);
    queues[1]?.add(makeBatch({ agentId: "agent-9", seq: 1, exchanges: [{}] }));
    const drained = await Promise.all(
      queues.map((queue) => {
        const database = server.open("ingest");
        return drain(queue, database);
      }),
    );
    expect(drained.reduce((sum, one) => sum + one.committed, 0)).toBe(61);
    expect(await stored()).toEqual({ exchanges: 1201, batches: 61, requests: 1201, set_aside: 0 });
    expect(await owner.sql`select * from epochs where contiguous_through <> last_seq`).toEqual([]);
  });
});

describe("watermark", () => {
  test("names the gaps below it, and closes them", async () => {
    for (const seq of [1, 2, 5, 4, 9]) await drainAll(makeBatch({ seq, exchanges: [{}] }));
    expect(watermarks.last?.epochs[0]).toEqual({
      epoch: 1000,
      committedThrough: 9,
      gaps: [
        [3, 3],
        [6, 8],
      ],
      refused: [],
    });
    await drainAll(...[3, 6, 7, 8].map((seq) => makeBatch({ seq, exchanges: [{}] })));
    expect(watermarks.last?.epochs[0]).toEqual({ epoch: 1000, committedThrough: 9, gaps: [], refused: [] });
    const [epoch] = await owner.sql`select contiguous_through,
      (extract(epoch from complete_until) * 1000000)::bigint as complete_us from epochs`;
    expect(epoch).toEqual({ contiguous_through: 9, complete_us: NOON_US - 1_000_000 + 9 });
  });

  test("a batch whose row was forgotten stays committed", async () => {
    const batch = makeBatch({ seq: 1, exchanges: [{}] });
    await drainAll(batch);
    await owner.sql`delete from batches`;
    expect(await drainAll(batch)).toMatchObject({ committed: 0, duplicates: 1 });
    expect(await stored()).toMatchObject({ exchanges: 1, requests: 1 });
  });
});

describe("bad input", () => {
  test("of a batch that Postgres refuses only the bad rows are set aside", async () => {
    const exchanges = Array.from({ length: 50 }, (_, i) =>
      i === 17 || i === 40 ? { path: `/a\u0000${i}` } : {},
    );
    const good = makeBatch({ agentId: "good", seq: 1, exchanges: [{}] });
    expect(await drainAll(good, makeBatch({ seq: 1, exchanges }))).toMatchObject({
      committed: 2,
      exchanges: 49,
      setAside: 2,
    });
    expect(
      await owner.sql`select kind, reason, seq, position, exchanges from set_aside order by position`,
    ).toEqual([
      { kind: "exchange", reason: "postgres_22021", seq: 1, position: 17, exchanges: 1 },
      { kind: "exchange", reason: "postgres_22021", seq: 1, position: 40, exchanges: 1 },
    ]);
    expect(await stored()).toMatchObject({ exchanges: 49, requests: 51 });
    expect((await ledger())[0]).toMatchObject({
      agent_id: "agent-1",
      captured: 50,
      committed: 50,
      imbalance: 0,
    });
    expect(await owner.sql`select stored, set_aside from batches where agent_id = 'agent-1'`).toEqual([
      { stored: 48, set_aside: 2 },
    ]);
  });

  test("a header with U+0000 and a usage part with one", async () => {
    const batch = makeBatch({
      seq: 1,
      exchanges: [{ requestHeaders: { "x-request-id": ["a\u0000"] } }, { template: "/\u0000" }, {}],
    });
    await drainAll(batch);
    expect(await owner.sql`select kind, position from set_aside order by kind, position`).toEqual([
      { kind: "exchange", position: 0 },
      { kind: "exchange", position: 1 },
      { kind: "usage", position: 1 },
    ]);
    expect(await stored()).toMatchObject({ exchanges: 1, requests: 2 });
    expect(await owner.sql`select usage_requests from batches`).toEqual([{ usage_requests: 2 }]);
  });

  test.each([
    ["version 1", (batch: Batch) => ({ ...batch, exchanges: [...batch.exchanges, { tenant: 5 }] })],
    [
      "version 2",
      (batch: Batch) => {
        const packed = withRows(batch) as { exchanges: unknown[][] };
        const [row = []] = packed.exchanges;
        return { ...packed, exchanges: [...packed.exchanges, row.with(5, 99)] };
      },
    ],
  ])("rows that are none, or point nowhere, cost no other row of a batch of %s", async (_, broke) => {
    const broken = broke(makeBatch({ seq: 1, exchanges: [{}, { connection: 9 }, {}] }));
    const queue = new MemoryQueue();
    queue.addRaw("masthead.v1.batches.agent-1", encode(broken));
    expect(await drain(queue)).toMatchObject({ committed: 1, exchanges: 2, setAside: 2 });
    expect(await owner.sql`select reason, position from set_aside order by position`).toEqual([
      { reason: "dangling", position: 1 },
      { reason: "invalid", position: 3 },
    ]);
  });

  test.each([
    ["not gzip", Buffer.from("hello"), "not_gzip", []],
    ["not JSON", encode({}).subarray(0, 12), "not_gzip", []],
    ["another version", encode({ v: 3 }), "unknown_version", []],
    [
      "another agent's",
      encode(makeBatch({ agentId: "agent-2", seq: 1, exchanges: [{}] })),
      "wrong_agent",
      [],
    ],
    ["not a batch, with a key", encode({ v: 1, agentId: "agent-1", epoch: 5, seq: 1 }), "invalid", [1]],
    ["a batch without rows", encode({ v: 2, agentId: "agent-1", epoch: 5, seq: 1 }), "invalid", [1]],
  ])("a message that is %s is set aside where it can be looked at", async (_name, data, reason, refused) => {
    const queue = new MemoryQueue();
    queue.addRaw("masthead.v1.batches.agent-1", data);
    queue.add(makeBatch({ agentId: "other", seq: 1, exchanges: [{}] }));
    expect(await drain(queue)).toMatchObject({ messages: 2, unreadable: 1, committed: 1 });
    expect(queue.settled).toEqual({ acked: 1, naked: 0, terminated: 1 });
    expect(await owner.sql`select kind, reason, agent_id from set_aside`).toEqual([
      { kind: "message", reason, agent_id: "agent-1" },
    ]);
    const own = watermarks.published.filter((watermark) => watermark.agentId === "agent-1");
    expect(own.flatMap((watermark) => watermark.epochs.flatMap((epoch) => epoch.refused))).toEqual(refused);
  });

  test("exchanges beyond the days that are stored are set aside, and their usage is booked, or told as lost where its time is to come", async () => {
    const day = 86_400_000_000;
    const batch = makeBatch({
      seq: 1,
      exchanges: [{ timeUs: 5 }, { timeUs: NOON_US + 3 * day }, { timeUs: NOON_US - 5 * day }],
    });
    expect(await drainAll(batch)).toMatchObject({ exchanges: 1, setAside: 3 });
    expect(await owner.sql`select kind, reason, position from set_aside order by kind, position`).toEqual([
      { kind: "exchange", reason: "time_past_retention", position: 0 },
      { kind: "exchange", reason: "time_ahead", position: 1 },
      { kind: "usage", reason: "time_ahead", position: 1 },
    ]);
    expect(await owner.sql`select sum(requests)::int as n from usage_minute`).toEqual([{ n: 1 }]);
    const lost = await owner.sql`select stage, reason, lost::int from loss_times`;
    expect(lost).toEqual([{ stage: "usage", reason: "set_aside", lost: 1 }]);
    expect(await owner.sql`select requests, extract(epoch from bucket)::int as at from usage_month`).toEqual([
      { requests: 1, at: 0 },
    ]);
  });

  test("counts that no sum can hold refuse their batch alone", async () => {
    const huge = () => makeBatch({ agentId: "mad", seq: 1, exchanges: [{}] });
    const batches = Array.from({ length: 1_100 }, (_, i) => ({
      ...huge(),
      seq: i + 1,
      countedOnly: Number.MAX_SAFE_INTEGER,
    }));
    await drainAll(...batches, makeBatch({ agentId: "sane", seq: 1, exchanges: [{}] }));
    expect(
      await owner.sql`select outcome, count(*)::int as n from batches where agent_id = 'sane' group by 1`,
    ).toEqual([{ outcome: "committed", n: 1 }]);
    const [mad] = await owner.sql`select count(*) filter (where outcome = 'refused')::int as refused,
      count(*)::int as n from batches where agent_id = 'mad'`;
    expect(mad?.["n"]).toBe(1_100);
    expect(mad?.["refused"]).toBeGreaterThan(0);
  });
});

describe("ledger", () => {
  test("losses are cumulative, and booked to the minute in which they came to be known", async () => {
    const lossy = (seq: number, lost: number) =>
      makeBatch({
        seq,
        exchanges: [{}],
        change: (batch) => {
          batch.ledger = {
            captured: seq + lost + 2,
            batched: seq,
            pending: 2,
            lost: [{ stage: "ring", reason: "full", count: lost }],
          };
          batch.createdAtUs = NOON_US + seq * 60_000_000;
        },
      });
    await drainAll(lossy(2, 5));
    await drainAll(lossy(1, 3));
    await drainAll(lossy(3, 9));
    expect(await ledger()).toEqual([
      { agent_id: "agent-1", epoch: 1000, captured: 14, lost: 9, committed: 3, pending: 2, imbalance: 0 },
    ]);
    expect(await owner.sql`select lost from loss_minutes order by minute`).toEqual([
      { lost: 5 },
      { lost: 4 },
    ]);
  });

  test("an epoch that ended without a report has a span and no number", async () => {
    await drainAll(makeBatch({ epoch: 1000, seq: 1, exchanges: [{}] }));
    expect(await owner.sql`select * from ledger_losses`).toEqual([]);
    await drainAll(makeBatch({ epoch: NOON_US / 1000 + 60_000, seq: 1, exchanges: [{}] }));
    const [loss] = await owner.sql`select stage, reason, lost, epoch,
      extract(epoch from lost_until - lost_from)::float8 as seconds from ledger_losses`;
    expect(loss).toMatchObject({ stage: "agent", reason: "epoch_ended", lost: null, epoch: 1000 });
    expect(loss?.["seconds"]).toBeCloseTo(61, 3);
    // What passed before the next one's probes stood was seen by nobody either; what it says first counts.
    const epoch = NOON_US / 1000 + 60_000;
    const since = [2_000_000, 9_000_000].map((afterUs) => NOON_US + 60_000_000 + afterUs);
    await drainBeats(...since.map((at) => ({ epoch, capturingSinceUs: at, sentAtUs: at + 1 })));
    const [later] = await owner.sql`select extract(epoch from lost_until - lost_from)::float8 as seconds
      from ledger_losses where epoch = 1000`;
    expect(later?.["seconds"]).toBeCloseTo(63, 3);
  });

  test("the unknown time of a run ends where a later one began to capture, not where one began that never did", async () => {
    await drainAll(makeBatch({ epoch: 1000, seq: 1, exchanges: [{}] }));
    const epoch = NOON_US / 1000 + 60_000;
    await drainBeats(
      { epoch, final: true },
      {
        epoch: epoch + 3_600_000,
        capturingSinceUs: NOON_US + 3_662_000_000,
        sentAtUs: NOON_US + 3_665_000_000,
      },
    );
    const [loss] =
      await owner.sql`select extract(epoch from lost_until)::float8 as until from ledger_losses where epoch = 1000`;
    expect(loss?.["until"]).toBeCloseTo(NOON_US / 1e6 + 3_662, 3);
  });
});

describe("cap", () => {
  test("series beyond it go to __other__ with their count intact", async () => {
    const exchanges = Array.from({ length: 40 }, (_, i) => ({
      template: `/${i}`,
      status: i % 2 ? 200 : 404,
    }));
    const queue = new MemoryQueue();
    queue.add(makeBatch({ seq: 1, exchanges: exchanges.slice(0, 6) }));
    await drain(queue, ingest, { seriesCap: 10 });
    for (const from of [0, 20])
      queue.add(makeBatch({ seq: 2 + from, exchanges: exchanges.slice(from, from + 20) }));
    await drain(queue, ingest, { seriesCap: 10 });
    const rows = await owner.sql`select template = '__other__' as other, count(*)::int as series,
      sum(requests)::int as requests from usage_minute join usage_series using (tenant_id, series_id)
      group by 1 order by 1`;
    expect(rows).toEqual([
      { other: false, series: 10, requests: 16 },
      { other: true, series: 2, requests: 30 },
    ]);
  });
});
