import { readFile } from "node:fs/promises";
import { rollUpUsage } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { heldBeforeCommit, untilMarksAreWaitedFor } from "./support/held-database.js";
import { bookAnywhere, DAY, NOW, part } from "./support/usage-parts.js";
import { resetUsage } from "./support/usage-state.js";
import { wrongSummaries } from "./support/wrong-summaries.js";

/** Summaries that are owed for rows as they are: after an upgrade, and where an older version rolls up beside this one. */

const migration = (name: string): Promise<string> =>
  readFile(new URL(`../../packages/api/migrations/${name}.sql`, import.meta.url), "utf8");

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

/** When all of the parts have ended, months too. */
const LATER_US = (NOW + 40 * DAY) * 1e6;
const START = NOW - (NOW % 900) - 9_000;
const some = (template: string, more: Partial<UsagePart> = {}): UsagePart =>
  part({ windowStart: START, template, requests: 3, latency: [[300, 3]], ...more });
const PARTS = ["/a", "/b", "/c"].flatMap((template) => [
  some(template),
  some(template, { windowStart: START - 2 * DAY, consumer: `fp:00112233:${"5".repeat(32)}` }),
]);

const book = (parts: readonly UsagePart[]): Promise<void> => bookAnywhere(ingest, parts);
const SUMMARIES = "usage_quarter_summary, usage_day_summary, usage_month_summary";
const TOLD = "policy_name report role service_name template method status dimensions consumer".split(" ");
const heldSummaries = async (): Promise<unknown> => {
  const [row] = await owner.sql`
    select (select count(*) from usage_quarter_summary)::int as quarters,
      (select count(*) from usage_day_summary)::int as days, (select count(*) from usage_month_summary)::int as months`;
  return row;
};
const marks = async (): Promise<string[]> => {
  const rows = await owner.sql<{ level: string }[]>`select distinct level from usage_dirty order by level`;
  return rows.map(({ level }) => level);
};

describe("summaries", () => {
  test("are made of what an upgrade finds", async () => {
    await book(PARTS);
    await rollUpUsage(ingest, LATER_US);
    const before = await heldSummaries();
    await owner.sql.unsafe(`truncate ${SUMMARIES}`);
    await owner.sql.unsafe(await migration("0061_summaries_of_what_is_held"));
    expect(await marks()).toEqual(["day_summary", "month_summary", "quarter_summary"]);
    await rollUpUsage(ingest, LATER_US);
    expect(await heldSummaries()).toEqual(before);
    expect(await wrongSummaries(owner)).toEqual([]);
    expect(await marks()).toEqual([]);
  });

  test("are made anew where an upgrade finds some that do not hold what they tell apart", async () => {
    await book(PARTS);
    await rollUpUsage(ingest, LATER_US);
    const before = await heldSummaries();
    for (const table of SUMMARIES.split(", ")) {
      await owner.sql.unsafe(`drop trigger ${table}_untold on ${table}`);
      await owner.sql.unsafe(`alter table ${table} ${TOLD.map((name) => `drop column ${name}`).join(", ")}`);
    }
    await owner.sql`drop function owe_untold_summary`;
    await owner.sql.unsafe(await migration("0062_summaries_tell_themselves"));
    expect(await heldSummaries()).toEqual({ quarters: 0, days: 0, months: 0 });
    expect(await marks()).toEqual(["day_summary", "month_summary", "quarter_summary"]);
    await rollUpUsage(ingest, LATER_US);
    expect(await heldSummaries()).toEqual(before);
    expect(await wrongSummaries(owner)).toEqual([]);
  });

  test("are owed where they are made by a version that does not say what they are", async () => {
    await book(PARTS);
    await rollUpUsage(ingest, LATER_US);
    await book([some("/d")]);
    await ingest.sql`delete from usage_dirty where level in ('day', 'day_summary')`;
    await ingest.sql`insert into usage_day_summary (grain, tenant_id, bucket, series_id, requests, errors, request_bytes,
        response_bytes, latency_buckets, latency_counts)
      select 'tenant', tenant_id, date_trunc('day', bucket, 'UTC'), series_id, requests, errors, request_bytes, response_bytes,
        latency_buckets, latency_counts from usage_minute`;
    expect(await marks()).toContain("day_summary");
    expect(await wrongSummaries(owner)).toEqual([]);
    await rollUpUsage(ingest, LATER_US);
    expect(await marks()).toEqual([]);
    expect(await wrongSummaries(owner)).toEqual([]);
  });

  test("are owed where rows are made by a version that makes none", async () => {
    await book(PARTS);
    await rollUpUsage(ingest, LATER_US);
    await book([some("/d")]);
    // As that one does: it takes the mark, and makes the rows.
    await ingest.sql`delete from usage_dirty where level = 'quarter'`;
    await ingest.sql`insert into usage_quarter
      select tenant_id, date_bin('15 minutes', bucket, 'epoch'), series_id, requests, errors, request_bytes, response_bytes,
        measures, latency_buckets, latency_counts, consumers from usage_minute on conflict do nothing`;
    expect(await marks()).toEqual(["day", "month", "quarter_summary"]);
    await rollUpUsage(ingest, LATER_US);
    expect(await marks()).toEqual([]);
    expect(await wrongSummaries(owner)).toEqual([]);
  });

  test("are made once where their rows are made at the same time", async () => {
    await book(PARTS);
    await rollUpUsage(ingest, LATER_US);
    await owner.sql`insert into usage_dirty select distinct tenant_id, 'quarter_summary', bucket from usage_quarter`;
    // Has made summaries of the rows as they were, and has not committed.
    const held = heldBeforeCommit(server.open("ingest"), (done) => done !== 0);
    const summarising = rollUpUsage(held.database, LATER_US);
    await held.worked;
    await book([some("/d"), some("/e")]);
    const rolling = rollUpUsage(server.open("ingest"), LATER_US);
    await untilMarksAreWaitedFor(owner);
    held.commit();
    await summarising;
    await rolling;
    expect(await marks()).toEqual([]);
    expect(await wrongSummaries(owner)).toEqual([]);
    const [row] = await owner.sql`
      select sum(requests)::int as requests from usage_quarter_summary where bucket = to_timestamp(${START}::float8)`;
    expect(row).toEqual({ requests: 15 });
  });
});
