import { maintain } from "@masthead/api/features/ingest/index";
import type { Database } from "@masthead/api/platform/db/database";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../support/until.js";
import { makeBatch, NOON_US } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { emptyIngestTables } from "./support/empty-tables.js";
import { commit, drainQueue } from "./support/ingest.js";
import { MemoryQueue, RecordedWatermarks } from "./support/queue.js";

/** As many as one transaction takes. */
const GROUP = 16;

let server: TestDatabase;
let owner: Database;
let looking: Database;
let ingest: Database;
let watermarks: RecordedWatermarks;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  looking = server.open("owner");
  ingest = server.open("ingest");
  await maintain(ingest, NOON_US);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  watermarks = new RecordedWatermarks();
  await emptyIngestTables(owner);
  await commit(ingest, [makeBatch({ agentId: "slow", seq: 1, exchanges: [{}] })]);
});

const drain = (queue: MemoryQueue) => drainQueue(ingest, queue, { watermarks });

/** A group of `slow`, then `groups` of `quick`, two exchanges a batch. */
const oneSlowAndQuick = (groups: number): MemoryQueue => {
  const queue = new MemoryQueue();
  for (let seq = 2; seq < 2 + GROUP; seq++)
    queue.add(makeBatch({ agentId: "slow", seq, exchanges: [{}, {}] }));
  for (let seq = 1; seq <= groups * GROUP; seq++)
    queue.add(makeBatch({ agentId: "quick", seq, exchanges: [{}, {}] }));
  return queue;
};

/** Holds up the transaction of `slow` from where it books its progress on. */
const whileSlowWaits = (work: () => Promise<void>): Promise<void> =>
  owner.sql.begin(async (sql) => {
    await sql`select from epochs where agent_id = 'slow' for update`;
    await work();
  }) as Promise<void>;

const committedOf = async (agentId: string): Promise<number> => {
  const [row] = await looking.sql`select count(*)::int as n from batches where agent_id = ${agentId}`;
  return row?.["n"];
};

const stored = async () => {
  const [row] = await owner.sql`select
    (select count(*)::int from exchanges) as exchanges,
    (select coalesce(sum(requests), 0)::int from usage_minute) as requests`;
  return row;
};

test("a group that waits for a lock holds up no other", async () => {
  const queue = oneSlowAndQuick(3);
  let drained: ReturnType<typeof drain> | undefined;
  await whileSlowWaits(async () => {
    drained = drain(queue);
    await until("the groups behind to be committed", async () => (await committedOf("quick")) === 3 * GROUP);
    expect(await committedOf("slow")).toBe(1);
  });
  expect(await drained).toMatchObject({ committed: 4 * GROUP, duplicates: 0, exchanges: 8 * GROUP });
  expect(queue.settled).toEqual({ acked: 4 * GROUP, naked: 0, terminated: 0 });
  expect(await stored()).toEqual({ exchanges: 8 * GROUP + 1, requests: 8 * GROUP + 1 });
});

test("where a group fails, what others committed stays, and only what was not is given back", async () => {
  const queue = oneSlowAndQuick(2);
  await whileSlowWaits(async () => {
    const failed = expect(drain(queue)).rejects.toThrow();
    await until("the groups behind to be committed", async () => (await committedOf("quick")) === 2 * GROUP);
    const waiting = await looking.sql`select pid from pg_stat_activity
      where application_name = 'test ingest' and wait_event_type = 'Lock'`;
    expect(waiting).toHaveLength(1);
    for (const { pid } of waiting) await looking.sql`select pg_terminate_backend(${pid})`;
    await failed;
  });
  expect(queue.settled).toEqual({ acked: 2 * GROUP, naked: GROUP, terminated: 0 });
  expect(await drain(queue)).toMatchObject({ committed: GROUP, duplicates: 0 });
  expect(await stored()).toEqual({ exchanges: 6 * GROUP + 1, requests: 6 * GROUP + 1 });
});

test("no watermark is followed by an older one", async () => {
  const queue = new MemoryQueue();
  for (let seq = 1; seq <= 8 * GROUP; seq++) queue.add(makeBatch({ agentId: "quick", seq, exchanges: [{}] }));
  await drain(queue);
  const told = watermarks.published.map(({ epochs }) => epochs[0]?.committedThrough ?? 0);
  expect(told).toHaveLength(8);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(8 * GROUP);
});
