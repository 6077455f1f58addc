import { bookUsage, ensureUsagePartitions, usageRoutes } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import { latencyBucket } from "@masthead/shared/usage/histogram";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "./support/api.js";
import { makeBatch, NOON_US } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";

/** A part of random usage, with the durations that its histogram was made of. */
interface RandomPart {
  part: UsagePart;
  durationsUs: number[];
}

const NOON = NOON_US / 1e6;
const DAY = "2026-06-15";
const RANGE = `from=${DAY}T06:00:00Z&to=${DAY}T12:00:00Z`;

/** Mulberry32: repeatable numbers in [0, 1). */
const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};
const random = randomFrom(20_260_615);
const below = (n: number) => Math.floor(random() * n);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;

/** Names that are long, and whose order differs between alphabets: cursors and ordering have to bear them. */
const TEMPLATES = ["/", "/a b", "/a!", `/${"é".repeat(1_000)}/x`, `/${"é".repeat(1_000)}/y`, '/"quoted"\\'];

const randomPart = (): RandomPart => {
  const durationsUs = Array.from({ length: 1 + below(6) }, () => Math.floor(10 ** (1 + random() * 6)));
  const buckets = new Map<number, number>();
  for (const duration of durationsUs)
    buckets.set(latencyBucket(duration), (buckets.get(latencyBucket(duration)) ?? 0) + 1);
  const status = oneOf([200, 204, 404, 503, undefined]);
  const part: UsagePart = {
    windowStart: NOON - 10 - below(6 * 360) * 10,
    policy: below(2),
    role: oneOf(["server", "server", "client"]),
    service: oneOf(["web", "worker.service"]),
    tenant: oneOf(["acme", "Acme", "unattributed", "ö"]),
    template: oneOf(TEMPLATES),
    method: oneOf(["GET", "POST"]),
    ...(status === undefined ? {} : { status }),
    dimensions: { "x-model-id": oneOf(["large", "é".repeat(700), null]) },
    requests: durationsUs.length,
    errors: status === undefined || status >= 500 ? durationsUs.length : 0,
    requestBytes: below(100_000),
    responseBytes: below(100_000),
    ...(random() < 0.5 ? { measures: { "x-tokens": below(1_000) } } : {}),
    latency: [...buckets].sort(([a], [b]) => a - b),
  };
  return { part, durationsUs };
};

const parts = Array.from({ length: 600 }, randomPart);
let server: TestDatabase;
let owner: Database;
let get: ReturnType<typeof serve>;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  const ingest = server.open("ingest");
  await ensureUsagePartitions(ingest, [DAY]);
  const batch = makeBatch({ seq: 1, exchanges: [] });
  for (let from = 0; from < parts.length; from += 100)
    await ingest.transaction(NO_TENANT, ({ sql }) =>
      bookUsage(
        sql,
        parts.slice(from, from + 100).map(({ part }, i) => ({ batch, part, position: from + i })),
      ),
    );
  get = serve(usageRoutes, server.open("app"), () => NOON_US);
});
afterAll(() => server?.stop());

interface Page {
  items: UsageRow[];
  nextCursor: string | null;
  meta: UsageMeta;
}
const usage = async (query: string): Promise<Page> => {
  const { status, body } = await get(`/v1/usage?${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};
const pagesOf = async (query: string, limit: number): Promise<UsageRow[]> => {
  const rows: UsageRow[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await usage(`${query}&limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
};

const countsOf = (row: UsageRow) => [row.requests, row.errors, row.requestBytes, row.responseBytes];
const exactQuantileMs = (durationsUs: number[], q: number): number => {
  const sorted = [...durationsUs].sort((a, b) => a - b);
  return (sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? 0) / 1000;
};
const within1Percent = (found: number | null | undefined, exact: number) =>
  expect(Math.abs((found ?? Number.NaN) - exact) / exact).toBeLessThanOrEqual(0.01);

describe("usage of random parts", () => {
  it.each(["minute", "hour", "day", "total"])("is by %s what plain SQL sums up", async (window) => {
    const rows = await pagesOf(
      `${RANGE}&window=${window}&groupBy=tenant.id,http.response.status_code`,
      1_000,
    );
    const plain = await owner.sql<{ sums: number[] }[]>`
      select json_build_array(sum(requests), sum(errors), sum(request_bytes), sum(response_bytes)) as sums
      from (
        select u.*, s.status, case ${window} when 'total' then null else date_trunc(${window === "total" ? "day" : window}, bucket, 'UTC') end as start
        from usage_minute u join usage_series s using (tenant_id, series_id) where role = 'server') placed
      group by start, tenant_id, status
      order by start, tenant_id collate "C", status`;
    expect(rows.map(countsOf)).toEqual(plain.map((row) => row.sums));
    expect(new Set(rows.map((row) => JSON.stringify([row.windowStart, row.group]))).size).toBe(rows.length);
  });

  it("sums measures, and has percentiles within 1 % of the exact ones", async () => {
    const { items } = await usage(`${RANGE}&groupBy=role,service.name`);
    expect(items).toHaveLength(4);
    for (const row of items) {
      const own = parts.filter(
        ({ part }) => part.role === row.group["role"] && part.service === row.group["service.name"],
      );
      const durations = own.flatMap((one) => one.durationsUs);
      expect(row.requests).toBe(durations.length);
      const tokens = own.reduce((sum, { part }) => sum + (part.measures?.["x-tokens"] ?? 0), 0);
      expect(row.measures).toEqual({ "x-tokens": tokens });
      within1Percent(row.latencyMs?.p50, exactQuantileMs(durations, 0.5));
      within1Percent(row.latencyMs?.p90, exactQuantileMs(durations, 0.9));
      within1Percent(row.latencyMs?.p95, exactQuantileMs(durations, 0.95));
      within1Percent(row.latencyMs?.p99, exactQuantileMs(durations, 0.99));
    }
  });

  it("filters by several dimensions at once", async () => {
    const { items } = await usage(
      `${RANGE}&filter[tenant.id]=acme,%C3%B6&filter[http.response.status_code]=404,503&filter[x-model-id]=large&groupBy=agent.id,host.name`,
    );
    const own = parts.filter(
      ({ part }) =>
        part.role === "server" &&
        ["acme", "ö"].includes(part.tenant) &&
        (part.status === 404 || part.status === 503) &&
        part.dimensions?.["x-model-id"] === "large",
    );
    expect(own.length).toBeGreaterThan(0);
    expect(items.map((row) => [row.group, row.requests])).toEqual([
      [{ "agent.id": "agent-1", "host.name": "host-1" }, own.flatMap((one) => one.durationsUs).length],
    ]);
  });

  it("comes in pages that give every row once, however long the names of its groups are", async () => {
    const query = `${RANGE}&window=hour&groupBy=url.template,x-model-id,http.response.status_code,tenant.id`;
    const all = await pagesOf(query, 1_000);
    expect(all.length).toBeGreaterThan(200);
    expect(await pagesOf(query, 23)).toEqual(all);
  });

  it("counts what is there, and no more, in an empty or a future range", async () => {
    expect((await usage(`from=${DAY}T07:00:00Z&to=${DAY}T07:00:00Z`)).items).toEqual([]);
    const ahead = await usage(`from=${DAY}T06:00:00Z&to=2027-01-01T00:00:00Z&filter[role]=server,client`);
    expect(ahead.items.map((row) => row.requests)).toEqual([parts.flatMap((one) => one.durationsUs).length]);
    expect(ahead.meta).toMatchObject({
      completeUntil: null,
      completeness: { lost: 0, pending: 0, gaps: [] },
    });
  });

  it("refuses a status that nothing can have, instead of counting nothing", async () => {
    const { status, body } = await get(`/v1/usage?${RANGE}&filter[http.response.status_code]=404,5xx`);
    expect(status).toBe(400);
    expect((body as { errors: unknown[] }).errors).toEqual([
      {
        pointer: "/query/filter[http.response.status_code]",
        message: expect.stringContaining("three digits"),
      },
    ]);
    const unanswered = await usage(`${RANGE}&filter[http.response.status_code]=null`);
    expect(unanswered.items[0]?.requests).toBe(unanswered.items[0]?.errors);
  });

  it("refuses a cursor of another query", async () => {
    const { nextCursor } = await usage(`${RANGE}&window=minute&limit=1`);
    const { status, body } = await get(`/v1/usage?${RANGE}&window=hour&limit=1&cursor=${nextCursor}`);
    expect([status, (body as { code: string }).code]).toEqual([400, "invalid_cursor"]);
  });
});
