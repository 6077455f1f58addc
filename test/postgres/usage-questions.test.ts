import {
  ensureUsagePartitions,
  maintainUsage,
  rollUpUsage,
  usageRoutes,
} from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { parseUsageQuery } from "@masthead/shared/http/parse-usage-query";
import type { UsageQueryInput } from "@masthead/shared/http/usage-query-schema";
import type { UsagePage } from "@masthead/shared/http/usage-schema";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePosts } from "./support/api.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { type Span, ZoneClock } from "./support/usage-oracle/clock.js";
import { countUsage } from "./support/usage-oracle/count.js";
import { CHANGES, FIRST_DAY, NOW, randomParts, ZONES } from "./support/usage-oracle/random-parts.js";
import { bookParts } from "./support/usage-parts.js";

const minuteOf = (text: string) => Date.parse(text) / 60_000;
const parts = randomParts(20_261_110, 2_000);
const clocks = new Map(
  ZONES.map((zone) => [zone, new ZoneClock(zone, minuteOf("2025-01-01"), minuteOf("2027-04-01"))]),
);

let server: TestDatabase;
let ingest: Database;
let post: ReturnType<typeof servePosts>;

beforeAll(async () => {
  server = await startTestDatabase();
  ingest = server.open("ingest");
  await ensureUsagePartitions(
    ingest,
    new Set(parts.map(({ windowStart }) => new Date(windowStart * 1_000).toISOString().slice(0, 10))),
  );
  await bookParts(ingest, parts.slice(0, 1_300));
  await rollUpUsage(ingest, NOW * 1e6);
  await bookParts(ingest, parts.slice(1_300));
  post = servePosts(usageRoutes, server.open("app"), () => NOW * 1e6);
});
afterAll(() => server?.stop());

const ask = async (query: UsageQueryInput): Promise<UsagePage> => {
  const { status, body } = await post("/v1/usage/query", query);
  expect({ status, body, query }).toMatchObject({ status: 200 });
  return body;
};
/** All rows, in pages of `limit`. */
const askAll = async (query: UsageQueryInput, limit: number): Promise<UsagePage> => {
  const page = await ask({ ...query, limit });
  const items = [...page.items];
  for (let cursor = page.nextCursor; cursor !== null; ) {
    const next = await ask({ ...query, limit, cursor });
    items.push(...next.items);
    cursor = next.nextCursor;
  }
  return { ...page, items };
};

const values: Record<string, (string | number | null)[]> = {
  "tenant.id": ["acme", "Acme", "ö"],
  role: ["server", "client"],
  "url.template": ["/a", "/a b", "__other__"],
  "http.response.status_code": [200, "404", null],
  "http.response.status_class": ["2xx", "5xx", null],
  "x-model-id": ["large", "é", null],
  "consumer.fingerprint": [
    parts.find(({ consumer }) => consumer?.startsWith("fp:"))?.consumer ?? "",
    "__other__",
    null,
  ],
};
const dimension = fc.constantFrom(...Object.keys(values));
const condition = dimension.chain((name) => {
  const value = fc.constantFrom(...(values[name] ?? []));
  const list = fc.array(value, { minLength: 1, maxLength: 3 });
  const text = value.map((one) => String(one ?? "/").slice(0, 2));
  return fc.oneof(
    value.map((eq) => ({ dimension: name, eq })),
    value.map((ne) => ({ dimension: name, ne })),
    list.map((one) => ({ dimension: name, in: one })),
    list.map((nin) => ({ dimension: name, nin })),
    text.map((prefix) => ({ dimension: name, prefix })),
    fc.boolean().map((exists) => ({ dimension: name, exists })),
  );
});
const { filter } = fc.letrec((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    condition,
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie("filter").map((not) => ({ not })),
  ),
}));
const metric = fc.constantFrom("requests", "responseBytes", "latencyMs.p95", "measures.x-tokens", "errors");
const order = fc.record(
  {
    by: fc.oneof(fc.constantFrom("window", "group"), metric),
    direction: fc.constantFrom("asc" as const, "desc" as const),
  },
  { requiredKeys: ["by"] },
);

/** Spans about as long as what their windows take: hours around a change, days and months anywhere. */
const spanOf = (window: string, step: number): fc.Arbitrary<Span> => {
  const [first, last] = [minuteOf(FIRST_DAY), NOW / 60];
  const short = window === "minute" || window === "hour";
  const length = window === "minute" ? 240 : window === "hour" ? 4_000 : 150_000;
  const start = short
    ? fc
        .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -600, max: 1_800 }))
        .map(([day, by]) => minuteOf(day) + by)
    : fc.integer({ min: first - 10_000, max: last });
  return fc.tuple(start, fc.integer({ min: 0, max: length })).map(([from, by]) => ({
    from: Math.floor(from / step) * step,
    to: Math.ceil((from + by) / step) * step,
  }));
};
/** Also spans that begin and end at midnights of a zone, which calendars know. */
const wholeDays = (zone: string): fc.Arbitrary<Span> =>
  fc.tuple(fc.integer({ min: 0, max: 250 }), fc.integer({ min: 1, max: 70 })).map(([day, days]) => {
    const shown = minuteOf(FIRST_DAY) + day * 1_440;
    const clock = clocks.get(zone) as ZoneClock;
    return { from: clock.first(shown), to: clock.first(shown + days * 1_440) };
  });

const question = (step: number, windows: readonly string[]) =>
  fc.tuple(fc.constantFrom(...windows), fc.constantFrom(...ZONES)).chain(([window, zone]) => {
    const span =
      window === "minute" || window === "hour"
        ? spanOf(window, step)
        : fc.oneof(spanOf(window, step), wholeDays(zone));
    return span.chain(({ from, to }) =>
      fc
        .record(
          {
            groupBy: fc.uniqueArray(dimension, { maxLength: 3 }),
            filter: filter as fc.Arbitrary<never>,
            top: fc.record({
              n: fc.integer({ min: 1, max: 4 }),
              by: metric,
              per: fc.constantFrom("range" as const, "window" as const),
            }),
            compare: fc.constant("previous" as const),
            orderBy: fc.array(order, { maxLength: 2 }),
            fill: fc.constant("zero" as const),
          },
          { requiredKeys: ["groupBy"] },
        )
        .map(
          ({ top, fill, ...rest }): UsageQueryInput => ({
            ...rest,
            ...(top && rest.groupBy.length > 0 ? { top } : {}),
            ...(fill && top?.per !== "window" ? { fill } : {}),
            window: window as "day",
            timeZone: zone,
            from: new Date(from * 60_000).toISOString(),
            to: new Date(to * 60_000).toISOString(),
            include: ["latencyMs", "histogram", "uniqueConsumers"],
          }),
        ),
    );
  });

const compareWithCounting = async (query: UsageQueryInput): Promise<void> => {
  const parsed = parseUsageQuery(query);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const span = { from: minuteOf(query.from ?? ""), to: minuteOf(query.to ?? "") };
  const clock = clocks.get(query.timeZone ?? "UTC") as ZoneClock;
  const { rows, exact } = countUsage(parts, parsed.query, clock, span);
  const { items, meta } = await askAll(query, Math.min(1_000, Math.ceil(rows.length / 2) + 1));
  const withoutChange = items.map(({ change: _change, ...row }) => row);
  expect(withoutChange).toEqual(rows);
  if (exact) expect(meta.uniqueConsumersStandardError).toBe(0);
};

describe("every answer is what plain counting gives", () => {
  it("where all minutes are held, rolled up or not", async () => {
    await fc.assert(
      fc.asyncProperty(question(1, ["minute", "hour", "day", "month", "total"]), compareWithCounting),
      { numRuns: 60, seed: 1 },
    );
  });

  it("where minutes are gone, on quarter-hours", async () => {
    await rollUpUsage(ingest, NOW * 1e6);
    const retention = { minute: 2, quarter: 400, day: 1_826, month: null };
    await maintainUsage(ingest, NOW * 1e6, retention);
    await fc.assert(fc.asyncProperty(question(15, ["hour", "day", "month", "total"]), compareWithCounting), {
      numRuns: 30,
      seed: 2,
    });
  });

  it("where quarter-hours are gone, by months and days of UTC; in other zones it says what is held", async () => {
    await maintainUsage(ingest, NOW * 1e6, { minute: 2, quarter: 10, day: 1_826, month: null });
    const year = { from: "2026-03-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
    for (const window of ["month", "day", "total"] as const)
      await compareWithCounting({
        ...year,
        window,
        groupBy: ["tenant.id"],
        include: ["latencyMs", "uniqueConsumers"],
        ...(window === "total" ? {} : { compare: "previous" as const }),
      });
    const refused = await post("/v1/usage/query", { ...year, window: "day", timeZone: "Asia/Kolkata" });
    expect(refused).toMatchObject({ status: 422, body: { code: "beyond_retention" } });
    expect((refused.body as { errors: { pointer: string; message: string }[] }).errors).toEqual([
      {
        pointer: "/window",
        message: expect.stringMatching(
          /quarter-hours since 2026-10-01T.*ask from 2026-10-01T.* on, for wider windows/,
        ),
      },
    ]);
  });

  it("where days are gone, too, by months alone", async () => {
    await maintainUsage(ingest, NOW * 1e6, { minute: 2, quarter: 10, day: 10, month: null });
    const year = { from: "2026-03-01T00:00:00Z", to: "2026-10-01T00:00:00Z" };
    for (const window of ["month", "total"] as const) await compareWithCounting({ ...year, window });
    const refused = await post("/v1/usage/query", { ...year, to: "2026-09-15T00:00:00Z" });
    expect((refused.body as { errors: unknown[] }).errors).toEqual([
      {
        pointer: "/to",
        message: expect.stringContaining("from 2026-03-01T00:00:00.000000Z to 2026-10-01T00:00:00.000000Z"),
      },
    ]);
  });
});
