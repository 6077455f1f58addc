import {
  maintainUsage,
  readHorizon,
  rollUpUsage,
  type UsageRetention,
} from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import type { UsagePart } from "@masthead/shared/wire/batch";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { bookAnywhere, DAY, NOW, part } from "./support/usage-parts.js";
import { resetUsage } from "./support/usage-state.js";
import { wrongSummaries } from "./support/wrong-summaries.js";

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

const fingerprint = (of: number): string => `fp:00112233:${of.toString(16).padStart(8, "0").repeat(4)}`;
const RETENTION: UsageRetention = { minute: 3, quarter: 35, day: 100, month: null };

/** Times over five months before NOW, so that each level is what some are held by. */
const times = fc.oneof(
  fc.integer({ min: 0, max: 2 * DAY }),
  fc.integer({ min: 0, max: 40 * DAY }),
  fc.integer({ min: 0, max: 150 * DAY }),
);
const parts = fc.array(
  fc
    .record({
      ago: times,
      tenant: fc.constantFrom("a", "b"),
      template: fc.constantFrom("/x", "/y"),
      consumer: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      requests: fc.integer({ min: 1, max: 9 }),
      tokens: fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }),
      bucket: fc.constantFrom(200, 300, 400),
    })
    .map(({ ago, consumer, requests, tokens, bucket, ...rest }) =>
      part({
        ...rest,
        windowStart: Math.floor((NOW - ago) / 10) * 10,
        ...(consumer === undefined ? {} : { consumer: fingerprint(consumer) }),
        ...(tokens === undefined ? {} : { measures: { "x-tokens": tokens } }),
        requests,
        errors: requests % 2,
        latency: [[bucket, requests]],
      }),
    ),
  { minLength: 1, maxLength: 30 },
);

const book = (list: readonly UsagePart[], database = ingest, seriesCap?: number): Promise<void> =>
  bookAnywhere(database, list, seriesCap);

const LEVELS = ["minute", "quarter", "day", "month"] as const;
type Level = (typeof LEVELS)[number];
const startOf = (level: Level, seconds: number): number => {
  if (level === "month") return Date.parse(`${new Date(seconds * 1000).toISOString().slice(0, 7)}-01`) / 1000;
  const length = { minute: 60, quarter: 900, day: DAY }[level];
  return Math.floor(seconds / length) * length;
};

/** What a level says of tenants, templates and consumers; latency as the number of each bucket. */
const counted = async (level: Level): Promise<Map<string, number>> => {
  const rows = await owner.sql<{ key: string; value: number }[]>`
    with named as (
      select extract(epoch from bucket)::bigint as start, template, consumer, u.*
      from ${owner.sql(`usage_${level}`)} u join usage_series using (tenant_id, series_id))
    select concat_ws(' ', start, tenant_id, template, coalesce(consumer, '-'), what) as key, sum(value)::int as value
    from named, lateral (
      select 'requests' as what, requests as value union all select 'errors', errors
      union all select 'tokens', (measures ->> 'x-tokens')::int where measures ? 'x-tokens'
      union all select 'latency ' || b, n from unnest(latency_buckets, latency_counts) as l (b, n)) as counts
    group by 1`;
  return new Map(rows.map(({ key, value }) => [key, value]));
};

/** The same by plain counting. @param held whether a part is held by the level */
const plainly = (list: readonly UsagePart[], level: Level, held: (start: number) => boolean) => {
  const sums = new Map<string, number>();
  const add = (key: string, value: number) => sums.set(key, (sums.get(key) ?? 0) + value);
  for (const one of list) {
    const start = startOf(level, one.windowStart);
    if (!held(start)) continue;
    const key = `${start} ${one.tenant} ${one.template} ${one.consumer ?? "-"}`;
    add(`${key} requests`, one.requests);
    add(`${key} errors`, one.errors);
    for (const [bucket, count] of one.latency) add(`${key} latency ${bucket}`, count);
    if (one.measures?.["x-tokens"] !== undefined) add(`${key} tokens`, one.measures["x-tokens"]);
  }
  return sums;
};

/** Every level is what plain counting makes of all that was booked, of what it holds and has ended. */
const expectLevels = async (list: readonly UsagePart[], nowS: number): Promise<void> => {
  const from = await readHorizon(owner.sql);
  for (const level of LEVELS) {
    const ended = level === "minute" ? Number.POSITIVE_INFINITY : startOf(level, nowS);
    const got = await counted(level);
    expect(got, level).toEqual(plainly(list, level, (start) => start >= from[level] && start < ended));
  }
  expect(await wrongSummaries(owner)).toEqual([]);
};

describe("levels", () => {
  test("are each what plain counting makes of it, whatever comes late, and whenever things are rolled up or go", async () => {
    const steps = fc.array(
      fc.record({ list: parts, days: fc.integer({ min: 0, max: 40 }), keep: fc.boolean() }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await resetUsage(owner);
        const booked: UsagePart[] = [];
        let nowS = NOW;
        for (const { list, days, keep } of all) {
          await book(list);
          booked.push(...list);
          nowS += days * DAY;
          if (keep) await rollUpUsage(ingest, nowS * 1e6);
          if (keep) await maintainUsage(ingest, nowS * 1e6, RETENTION);
        }
        await rollUpUsage(ingest, nowS * 1e6);
        await expectLevels(booked, nowS);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  test("a horizon passes nothing that waits for its roll-up, and what lies before it goes", async () => {
    const ago = (days: number) => part({ windowStart: Math.floor((NOW - days * DAY) / 10) * 10 });
    const list = [0, 2, 10, 60, 140].map(ago);
    await book(list);
    await maintainUsage(ingest, NOW * 1e6, RETENTION);
    expect(await readHorizon(owner.sql)).toEqual({ minute: 0, quarter: 0, day: 0, month: 0 });
    await rollUpUsage(ingest, NOW * 1e6);
    await maintainUsage(ingest, NOW * 1e6, RETENTION);
    // Today is the 23rd of November.
    expect(await readHorizon(owner.sql)).toEqual({
      minute: Date.parse("2026-11-20") / 1000,
      quarter: Date.parse("2026-10-01") / 1000,
      day: Date.parse("2026-08-01") / 1000,
      month: 0,
    });
    await expectLevels(list, NOW);
    const [partitions] = await owner.sql`
      select count(*) filter (where relname < 'usage_minute_20261120' and relname like 'usage_minute_2%')::int as minutes,
        count(*) filter (where relname < 'usage_windows_20261120' and relname like 'usage_windows_2%')::int as windows,
        count(*) filter (where relname < 'usage_quarter_20261001' and relname like 'usage_quarter_2%')::int as quarters
      from pg_class where relispartition`;
    expect(partitions).toEqual({ minutes: 0, windows: 0, quarters: 0 });
    const late = [3, 10, 60, 140, 2_000].map(ago);
    await book(late);
    await rollUpUsage(ingest, NOW * 1e6);
    await expectLevels([...list, ...late], NOW);
  });

  test("coarser levels are held as long as finer ones, and for ever where a finer one is", async () => {
    await maintainUsage(ingest, NOW * 1e6, { minute: 60, quarter: 1, day: 1, month: 1 });
    const from = await readHorizon(owner.sql);
    expect(from.minute).toBe(Date.parse("2026-09-24") / 1000);
    for (const level of ["quarter", "day", "month"] as const)
      expect(from[level]).toBe(Date.parse("2026-09-01") / 1000);
    await resetUsage(owner);
    await maintainUsage(ingest, NOW * 1e6, { minute: 60, quarter: null, day: 100, month: 100 });
    expect(await readHorizon(owner.sql)).toMatchObject({ quarter: 0, day: 0, month: 0 });
  });
});
