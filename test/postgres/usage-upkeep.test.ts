import { maintain } from "@masthead/api/features/ingest/index";
import {
  bookUsage,
  ensureUsagePartitions,
  rollUpUsage,
  type UsageRetention,
} from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeGate } from "../support/gate.js";
import { until } from "../support/until.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { heldBeforeCommit, untilMarksAreWaitedFor } from "./support/held-database.js";
import { Stopped, stoppedAfter } from "./support/stopped-database.js";
import { bookAnywhere, bookParts, DAY, daysOf, NOW, part, placed } from "./support/usage-parts.js";
import { resetUsage, usageState } from "./support/usage-state.js";
import { wrongSummaries } from "./support/wrong-summaries.js";

/** Roll-ups and retention where several do them at once, and where one is killed between any two statements. */

let server: TestDatabase;
let owner: Database;
let ingest: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  ingest = server.open("ingest");
});
afterAll(() => server?.stop());
beforeEach(() => resetUsage(owner));

const RETENTION: UsageRetention = { minute: 3, quarter: 35, day: 100, month: 120 };
const NOW_US = NOW * 1e6;
const TENANTS = ["a", "b"];
/** Of every level, of several tenants, in several buckets. */
const PARTS: UsagePart[] = [0, 0.01, 2, 9, 41, 110, 160].flatMap((daysAgo) =>
  TENANTS.map((tenant, i) =>
    part({
      tenant,
      windowStart: Math.floor((NOW - daysAgo * DAY) / 10) * 10,
      requests: i + 1,
      latency: [[300, i + 1]],
      measures: { "x-tokens": i },
      consumer: i === 1 ? "__other__" : `fp:00112233:${String(i).repeat(32)}`,
      ...(i === 1 ? { consumers: [65, 1_000 + 64] } : {}),
    }),
  ),
);

const book = (parts: readonly UsagePart[], database = ingest): Promise<void> => bookAnywhere(database, parts);
const upkeep = (database: Database): Promise<void> =>
  maintain(database, NOW_US, { usageRetention: RETENTION });

/** What one that nobody disturbs leaves. */
const undisturbed = async (): Promise<Record<string, string[]>> => {
  await book(PARTS);
  await upkeep(ingest);
  const state = await usageState(owner);
  expect(await wrongSummaries(owner)).toEqual([]);
  await resetUsage(owner);
  return state;
};

describe("upkeep that is killed", () => {
  test("after any statement leaves what the next run needs to end up the same", async () => {
    const expected = await undisturbed();
    expect(expected["usage_month"]?.length).toBeGreaterThan(3);
    expect(expected["usage_month_summary"]?.length).toBeGreaterThan(9);
    let killed = 0;
    for (let after = 0; ; after++) {
      await resetUsage(owner);
      await book(PARTS);
      const stopped = await upkeep(stoppedAfter(ingest, after)).then(
        () => false,
        (error) => {
          if (!(error instanceof Stopped)) throw error;
          return true;
        },
      );
      await upkeep(ingest);
      expect(await usageState(owner), `stopped after ${after} statements`).toEqual(expected);
      if (!stopped) break;
      killed++;
    }
    expect(killed).toBeGreaterThan(20);
  }, 300_000);

  test("at its last statement by the end of its connection leaves nothing half done", async () => {
    const expected = await undisturbed();
    await book(PARTS);
    const dying = server.open("ingest");
    const pids = await dying.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const holder = server.open("owner");
    // Holds a bucket that the roll-up has to make, so that it waits there with its marks taken.
    const gate = makeGate();
    const held = makeGate();
    const holding = holder.sql.begin(async (sql) => {
      await sql`lock table usage_day in exclusive mode`;
      held.open();
      await gate.opened;
    });
    await held.opened;
    const failed = expect(upkeep(dying)).rejects.toThrow();
    await until("the roll-up waits", async () => {
      const rows = await owner.sql`
        select from pg_stat_activity where pid = ${pids[0]?.pid ?? 0} and wait_event_type = 'Lock'`;
      return rows.length > 0;
    });
    await owner.sql`select pg_terminate_backend(${pids[0]?.pid ?? 0})`;
    gate.open();
    await Promise.all([holding, failed]);
    await upkeep(ingest);
    expect(await usageState(owner)).toEqual(expected);
  });
});

describe("several at once", () => {
  test("share the roll-ups, and leave what one leaves", async () => {
    const expected = await undisturbed();
    await book(PARTS);
    await Promise.all([1, 2, 3].map(() => upkeep(server.open("ingest"))));
    await upkeep(ingest);
    expect(await usageState(owner)).toEqual(expected);
  });

  test("book and roll up side by side, and lose no mark", async () => {
    const expected = await undisturbed();
    const databases = [1, 2, 3, 4].map(() => server.open("ingest"));
    await ensureUsagePartitions(ingest, daysOf(PARTS));
    const over = new AbortController();
    const rolling = databases.slice(2).map(async (database) => {
      while (!over.signal.aborted) await rollUpUsage(database, NOW_US);
    });
    const booking = databases.slice(0, 2).map(async (database, of) => {
      for (const [i, one] of PARTS.entries()) if (i % 2 === of) await bookParts(database, [one]);
    });
    await Promise.all(booking);
    over.abort();
    await Promise.all(rolling);
    await upkeep(ingest);
    expect(await usageState(owner)).toEqual(expected);
  });

  test("a roll-up passes over what a booking has not committed, and takes it afterwards", async () => {
    const old = part({ windowStart: NOW - (NOW % 900) - 9_000 });
    await book([old]);
    const booked = makeGate();
    const gate = makeGate();
    const booking = server.open("ingest").transaction(NO_TENANT, async ({ sql }) => {
      await bookUsage(sql, placed([old, old]));
      booked.open();
      await gate.opened;
    });
    await booked.opened;
    expect(await rollUpUsage(ingest, NOW_US)).toEqual({ quarter: 0, day: 0, month: 0 });
    gate.open();
    await booking;
    expect(await rollUpUsage(ingest, NOW_US)).toMatchObject({ quarter: 1 });
    expect(await owner.sql`select requests from usage_quarter`).toEqual([{ requests: 3 }]);
  });

  test("a booking that comes while its bucket is made waits for it, and marks it again", async () => {
    const old = part({ windowStart: NOW - (NOW % 900) - 9_000 });
    await book([old]);
    // A roll-up that has taken its mark and counted, and has not committed.
    const held = heldBeforeCommit(server.open("ingest"));
    const rolling = rollUpUsage(held.database, NOW_US);
    await held.worked;
    const booking = bookParts(server.open("ingest"), [old]);
    await untilMarksAreWaitedFor(owner);
    held.commit();
    await Promise.all([rolling, booking]);
    await rollUpUsage(ingest, NOW_US);
    expect(await owner.sql`select requests from usage_quarter`).toEqual([{ requests: 2 }]);
    expect(await owner.sql`select from usage_dirty where level = 'quarter'`).toHaveLength(0);
  });
});
