import { maintain } from "@masthead/api/features/ingest/index";
import { maintainUsage, rollUpUsage, usageRoutes } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import { latencyBucket, quantileMs, toHistogram } from "@masthead/shared/usage/histogram";
import type { WireExchange } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "./support/api.js";
import { makeBatch, NOON_US } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { commit } from "./support/ingest.js";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

let server: TestDatabase;
let owner: Database;
let ingest: Database;
let nowUs = NOON_US;
let get: ReturnType<typeof serve>;

/** A repeatable spread over the two days before noon. */
const exchanges: Partial<WireExchange>[] = Array.from({ length: 1_500 }, (_, i) => ({
  timeUs: NOON_US - ((i * 7_919) % 172_000) * 1_000_000 - 1,
  durationUs: ((i * 104_729) % 900_000) + 1,
  tenant: `t${i % 3}`,
  template: `/${i % 4}`,
  connection: i % 5 === 0 ? 1 : 0,
  status: i % 11 === 0 ? 500 : 200,
  requestBytes: i,
  responseBytes: i * 2,
}));

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  ingest = server.open("ingest");
  await maintain(ingest, NOON_US);
  get = serve(usageRoutes, server.open("app"), () => nowUs);
  const batches = [0, 500, 1_000].map((from, i) =>
    makeBatch({
      seq: i + 1,
      exchanges: exchanges.slice(from, from + 500),
      change: (batch) => {
        for (const [n, part] of batch.usage.entries()) {
          part.dimensions = { "x-model-id": n % 2 ? "large" : null };
          part.measures = { tokens: n };
        }
      },
    }),
  );
  await commit(ingest, batches);
});
afterAll(() => server?.stop());

interface Page {
  items: UsageRow[];
  nextCursor: string | null;
  meta: UsageMeta;
}
const usage = async (query: string): Promise<Page> => {
  const { status, body } = await get(`/v1/usage?${query}`);
  expect(body, JSON.stringify(body)).toHaveProperty("items");
  expect(status).toBe(200);
  return body;
};

const served = exchanges.filter((exchange) => exchange.connection === 0);
const counts = (list: Partial<WireExchange>[]) => ({
  requests: list.length,
  errors: list.filter((exchange) => exchange.status === 500).length,
  requestBytes: list.reduce((sum, exchange) => sum + (exchange.requestBytes ?? 0), 0),
  responseBytes: list.reduce((sum, exchange) => sum + (exchange.responseBytes ?? 0), 0),
});
const histogram = (list: Partial<WireExchange>[]) => {
  const buckets = new Map<number, number>();
  for (const { durationUs = 0 } of list) {
    const bucket = latencyBucket(durationUs);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  return toHistogram(buckets);
};
const twoDays = "from=2026-06-13T12:00:00Z&to=2026-06-15T12:00:00Z";

/** Every answer has to be the same whether coarse buckets are made or not. */
const answers = async (): Promise<Page[]> => {
  const pages: Page[] = [];
  for (const window of ["total", "day", "hour"])
    for (const groupBy of ["", "tenant.id", "role,url.template", "x-model-id,http.response.status_code"])
      for (const range of [twoDays, "from=2026-06-13T17:23:45Z&to=2026-06-15T09:01:02Z"])
        pages.push(await usage(`${range}&window=${window}&groupBy=${groupBy}&limit=1000`));
  return pages;
};

describe("usage", () => {
  test("counts the server role unless asked otherwise", async () => {
    const { items, meta } = await usage(twoDays);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      windowStart: "2026-06-13T12:00:00.000000Z",
      windowEnd: "2026-06-15T12:00:00.000000Z",
      group: {},
      ...counts(served),
    });
    expect(meta).toMatchObject({
      level: "quarter_hour",
      range: { from: "2026-06-13T12:00:00.000000Z", to: "2026-06-15T12:00:00.000000Z" },
      completeUntil: "2026-06-15T11:59:59.000003Z",
      completeness: { lost: 0, pending: 0, gaps: [] },
    });
    const byRole = await usage(`${twoDays}&groupBy=role`);
    expect(byRole.items.map((row) => [row.group["role"], row.requests])).toEqual([
      ["client", 300],
      ["server", 1_200],
    ]);
    const client = await usage(`${twoDays}&filter[role]=client`);
    expect(client.items[0]?.requests).toBe(300);
  });

  test("groups, filters and windows as plain counting does", async () => {
    const { items } = await usage(
      `${twoDays}&groupBy=tenant.id,url.template&filter[http.response.status_code]=500`,
    );
    const failed = served.filter((exchange) => exchange.status === 500);
    for (const row of items) {
      const own = failed.filter(
        (exchange) =>
          exchange.tenant === row.group["tenant.id"] && exchange.template === row.group["url.template"],
      );
      expect(row).toMatchObject(counts(own));
      expect(row.latencyMs?.p95).toBe(quantileMs(histogram(own), 0.95));
    }
    expect(items.reduce((sum, row) => sum + row.requests, 0)).toBe(failed.length);
    const days = await usage(`${twoDays}&window=day`);
    expect(days.items.map((row) => [row.windowStart, row.windowEnd])).toEqual([
      ["2026-06-13T12:00:00.000000Z", "2026-06-14T00:00:00.000000Z"],
      ["2026-06-14T00:00:00.000000Z", "2026-06-15T00:00:00.000000Z"],
      ["2026-06-15T00:00:00.000000Z", "2026-06-15T12:00:00.000000Z"],
    ]);
  });

  test("header dimensions and measures", async () => {
    const { items } = await usage(`${twoDays}&groupBy=x-model-id&filter[role]=server,client`);
    const sums = (odd: number) =>
      3 * Array.from({ length: 250 }, (_, i) => i * 2 + odd).reduce((a, b) => a + b);
    expect(items.map((row) => [row.group["x-model-id"], row.requests, row.measures])).toEqual([
      ["large", 750, { tokens: sums(1) }],
      [null, 750, { tokens: sums(0) }],
    ]);
    const unknown = await usage(`${twoDays}&filter[x-model-id]=null&filter[role]=server,client`);
    expect(unknown.items[0]?.requests).toBe(750);
  });

  test("widens outwards to minutes, and says so", async () => {
    const { meta } = await usage("from=2026-06-15T10:07:30.5Z&to=2026-06-15T10:08:00.000001Z");
    expect(meta.range).toEqual({ from: "2026-06-15T10:07:00.000000Z", to: "2026-06-15T10:09:00.000000Z" });
  });

  test("pages give every row once", async () => {
    const all = (await usage(`${twoDays}&window=hour&groupBy=tenant.id,url.template&limit=1000`)).items;
    const seen: UsageRow[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `${twoDays}&window=hour&groupBy=tenant.id,url.template&limit=37`;
      const page: Page = await usage(`${query}${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(all);
  });

  test.each([
    ["groupBy=url.templat", "/query/groupBy", "url.template"],
    ["filter[tenant]=a", "/query/filter[tenant]", "tenant.id"],
    ["groupBy=x-model", "/query/groupBy", "x-model-id"],
    ["window=week", "/query/window", "month"],
    ["timeZone=Europe/Berlinn", "/query/timeZone", "nearest is `Europe/Berlin`"],
    ["timeZone=EST5EDU", "/query/timeZone", "nearest is `EST5EDT`"],
    ["filter[role]=nobody", "/query/filter[role]", "server or client"],
    ["top=3", "/query/top", "groupBy"],
    ["groupBy=role&topBy=p95&top=3", "/query/topBy", "latencyMs.p50"],
    ["limit=x", "/query/limit", "number"],
    ["orderBy=-tenant", "/query/orderBy", "window"],
    ["from=yesterday", "/query/from", "RFC 3339"],
    ["from=2026-06-15T12:00:00Z&to=2026-06-15T11:00:00Z", "/query/to", "before"],
    ["filter[role][exists]=yes", "/query/filter[role][exists]", "boolean"],
    ["group=a", "/query/group", "groupBy"],
    ["filter[tenant.id]=%00", "/query/filter[tenant.id]", "U+0000"],
  ])("%s is a clear error", async (query, pointer, words) => {
    const { status, body } = await get(`/v1/usage?${query}`);
    expect(status).toBe(400);
    const { errors } = body as { errors: { pointer: string; message: string }[] };
    expect(errors).toContainEqual({ pointer, message: expect.stringContaining(words) });
  });
});

describe("roll-up", () => {
  /** Rows of a coarse table, and those of them that plain SQL over the minutes does not make. */
  const coarse = async (table: string, step: string) => {
    const [row] = await owner.sql`
      with fine as (
        select date_bin(${step}::interval, bucket, 'epoch') as start, * from usage_minute),
      counts as (
        select tenant_id, start, series_id, sum(requests) as requests, sum(errors) as errors,
          sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes,
          sum((measures ->> 'tokens')::numeric) as tokens
        from fine group by 1, 2, 3),
      latency as (
        select tenant_id, start, series_id, jsonb_object_agg(b, n) as latency from (
          select tenant_id, start, series_id, b, sum(n) as n
          from fine, unnest(latency_buckets, latency_counts) as l (b, n) group by 1, 2, 3, 4) added
        group by 1, 2, 3),
      wrong as (
        select tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes,
          (measures ->> 'tokens')::numeric,
          (select jsonb_object_agg(b, n) from unnest(latency_buckets, latency_counts) as l (b, n))
        from ${owner.sql(table)}
        except
        select tenant_id, start, series_id, requests, errors, request_bytes, response_bytes, tokens, latency
        from counts join latency using (tenant_id, start, series_id))
      select (select count(*)::int from ${owner.sql(table)}) as rows, (select count(*)::int from wrong) as wrong`;
    return row;
  };

  test("changes no answer, and is what plain SQL makes of the minutes", async () => {
    const before = await answers();
    expect(await rollUpUsage(ingest, NOON_US)).toMatchObject({ quarter: expect.any(Number) });
    expect(await answers()).toEqual(before);
    const quarter = await coarse("usage_quarter", "15 minutes");
    const day = await coarse("usage_day", "1 day");
    expect(quarter?.["rows"]).toBeGreaterThan(100);
    expect([quarter?.["wrong"], day?.["wrong"]]).toEqual([0, 0]);
    expect(await rollUpUsage(ingest, NOON_US)).toEqual({ quarter: 0, day: 0, month: 0 });
    expect((await owner.sql`select count(*)::int as n from usage_day`)[0]?.["n"]).toBeGreaterThan(0);
  });

  test("several at once make the same", async () => {
    await owner.sql`
      insert into usage_dirty
      select distinct tenant_id, level, date_trunc(level, bucket, 'UTC')
      from usage_windows, unnest(array['day', 'month']) as level
      union
      select distinct tenant_id, 'quarter', date_bin('15 minutes', bucket, 'epoch') from usage_windows
      on conflict do nothing`;
    const before = await answers();
    await Promise.all([1, 2, 3].map(() => rollUpUsage(server.open("ingest"), NOON_US)));
    await rollUpUsage(ingest, NOON_US);
    expect(await answers()).toEqual(before);
  });

  test("late data is counted at once, and rolled up again", async () => {
    const [before] = (await usage(`${twoDays}&filter[tenant.id]=late`)).items;
    expect(before).toBeUndefined();
    const late = { tenant: "late", timeUs: NOON_US - 30 * HOUR_US };
    await commit(ingest, [makeBatch({ seq: 10, exchanges: [late, late] })]);
    const count = async () => (await usage(`${twoDays}&filter[tenant.id]=late`)).items[0]?.requests;
    expect(await count()).toBe(2);
    await rollUpUsage(ingest, NOON_US);
    expect(await count()).toBe(2);
    await commit(ingest, [makeBatch({ seq: 11, exchanges: [late] })]);
    expect(await count()).toBe(3);
    await rollUpUsage(ingest, NOON_US);
    expect(await count()).toBe(3);
  });

  test("minutes past retention go, their counts stay, and later data is added to them", async () => {
    const total = async () =>
      (await usage("from=2026-06-10T00:00:00Z&to=2026-06-20T00:00:00Z")).items[0]?.requests;
    const before = (await total()) ?? 0;
    nowUs = NOON_US + 40 * DAY_US;
    await rollUpUsage(ingest, nowUs);
    await maintainUsage(ingest, nowUs);
    expect((await owner.sql`select count(*)::int as n from usage_minute`)[0]?.["n"]).toBe(0);
    expect(await total()).toBe(before);
    await commit(ingest, [makeBatch({ seq: 20, exchanges: [{ timeUs: NOON_US - DAY_US }] })], nowUs);
    expect((await owner.sql`select count(*)::int as n from usage_minute`)[0]?.["n"]).toBe(0);
    expect(await total()).toBe(before + 1);
    await rollUpUsage(ingest, nowUs);
    expect(await total()).toBe(before + 1);
    const { meta } = await usage("from=2026-06-14T10:00:00Z&to=2026-06-14T10:15:00Z");
    expect(meta).toMatchObject({ level: "quarter_hour" });
    const minutes = await get("/v1/usage?from=2026-06-14T10:07:00Z&to=2026-06-14T10:08:00Z");
    expect(minutes).toMatchObject({ status: 422, body: { code: "beyond_retention" } });
    expect((minutes.body as { errors: unknown[] }).errors).toEqual([
      {
        pointer: "/query/from",
        message: expect.stringContaining(
          "nearest range is from 2026-06-14T10:00:00.000000Z to 2026-06-14T10:15:00.000000Z",
        ),
      },
    ]);
  });
});
