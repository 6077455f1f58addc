import { ensureUsagePartitions } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { consumerEntry, mergeConsumers } from "@masthead/shared/usage/consumer-sketch";
import type { UsagePart } from "@masthead/shared/wire/batch";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { bookParts, NOW, part } from "./support/usage-parts.js";
import { resetUsage } from "./support/usage-state.js";

/** Series beyond what a tenant may have in a minute. */

let server: TestDatabase;
let owner: Database;
let ingest: Database;

const CAP = 8;
const TENANTS = ["a", "b"];
const MINUTE = Math.floor(NOW / 60) * 60;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  ingest = server.open("ingest");
});
afterAll(() => server?.stop());
beforeEach(() => resetUsage(owner));

const fingerprint = (of: number): string =>
  `fp:00112233:${(of * 7_919 + 1).toString(16).padStart(8, "9").repeat(4)}`;
const entriesOf = (consumers: Iterable<string>): number[] =>
  mergeConsumers([...consumers].map((consumer) => consumerEntry(consumer) as number));

/** Folded by the agent already, or not; of few templates or many, of many consumers or none. */
const anyPart = fc
  .record({
    tenant: fc.constantFrom(...TENANTS),
    minute: fc.integer({ min: 0, max: 1 }),
    template: fc.oneof(
      fc.constant("/x"),
      fc.integer({ min: 0, max: 12 }).map((n) => `/t${n}`),
    ),
    model: fc.option(fc.integer({ min: 0, max: 3 }).map(String), { nil: null }),
    who: fc.oneof(
      fc.constant(null),
      fc.integer({ min: 0, max: 30 }),
      fc.array(fc.integer({ min: 100, max: 130 }), { minLength: 1, maxLength: 5 }),
    ),
    requests: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ tenant, minute, template, model, who, requests }) => ({
    who: who === null ? [] : [who].flat().map(fingerprint),
    part: part({
      ...{ tenant, template, requests },
      windowStart: MINUTE + minute * 60,
      dimensions: { "x-model-id": model },
      requestBytes: requests * 7,
      latency: [[300, requests]],
      measures: { "x-tokens": requests * 3 },
      ...(who === null ? {} : { consumer: Array.isArray(who) ? "__other__" : fingerprint(who) }),
      ...(Array.isArray(who) ? { consumers: entriesOf(who.map(fingerprint)) } : {}),
    } satisfies Partial<UsagePart>),
  }));

interface Row {
  tenant_id: string;
  at: number;
  template: string;
  consumer: string | null;
  sketch: number[] | null;
  requests: number;
  bytes: number;
  tokens: number;
  latency: number;
}
const held = (): Promise<Row[]> => owner.sql<Row[]>`
  select tenant_id, extract(epoch from bucket)::int as at, template, consumer, to_jsonb(consumers) as sketch,
    requests::int, request_bytes::int as bytes, (measures ->> 'x-tokens')::int as tokens,
    (select sum(n)::int from unnest(latency_counts) as n) as latency
  from usage_minute join usage_series using (tenant_id, series_id)`;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test("all sums are exact and all consumers are counted, however much is folded", async () => {
  const bookings = fc.array(fc.array(anyPart, { minLength: 1, maxLength: 25 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(bookings, async (all) => {
      await resetUsage(owner);
      await ensureUsagePartitions(ingest, ["2026-11-23"]);
      for (const one of all)
        await bookParts(
          ingest,
          one.map((each) => each.part),
          CAP,
        );
      const rows = await held();
      for (const tenant of TENANTS)
        for (const at of [MINUTE, MINUTE + 60]) {
          const sent = all
            .flat()
            .filter((each) => each.part.tenant === tenant && each.part.windowStart === at);
          const own = rows.filter((row) => row.tenant_id === tenant && row.at === at);
          const requests = sum(sent.map((each) => each.part.requests));
          expect(sum(own.map((row) => row.requests))).toBe(requests);
          expect(sum(own.map((row) => row.bytes))).toBe(requests * 7);
          expect(sum(own.map((row) => row.tokens))).toBe(requests * 3);
          expect(sum(own.map((row) => row.latency))).toBe(requests);
          // Who is named is named rightly; who is not is in a sketch.
          const named = new Set(own.flatMap((row) => (row.consumer?.startsWith("fp:") ? row.consumer : [])));
          const sketched = mergeConsumers(...own.map((row) => row.sketch ?? []));
          expect(mergeConsumers(entriesOf(named), sketched)).toEqual(
            entriesOf(sent.flatMap((each) => each.who)),
          );
          for (const consumer of named) {
            const theirs = sent.filter((each) => each.who.length === 1 && each.part.consumer === consumer);
            expect(theirs).not.toEqual([]);
          }
          const unknown = (each: { consumer?: string | null | undefined }) =>
            (each.consumer ?? null) === null;
          expect(sum(own.filter(unknown).map((row) => row.requests))).toBe(
            sum(sent.filter((each) => unknown(each.part)).map((each) => each.part.requests)),
          );
          // Bounded: the cap, and one folded series for those who are known and those who are not.
          expect(own.length).toBeLessThanOrEqual(CAP + 2);
          expect(own.filter((row) => row.consumer?.startsWith("fp:")).length).toBeLessThanOrEqual(
            CAP - CAP / 4,
          );
          for (const row of own) expect(row.sketch === null).toBe(row.consumer !== "__other__");
        }
    }),
    { numRuns: 40 },
  );
}, 120_000);

test("consumers lose their names before templates do", async () => {
  await ensureUsagePartitions(ingest, ["2026-11-23"]);
  const many = Array.from({ length: 20 }, (_, i) => part({ template: "/x", consumer: fingerprint(i) }));
  await bookParts(ingest, [...many, part({ template: "/y" })], CAP);
  await bookParts(
    ingest,
    [part({ template: "/z" }), part({ template: "/x", consumer: fingerprint(19) })],
    CAP,
  );
  const rows = await held();
  const by = (template: string, consumer: string | null) =>
    rows.find((row) => row.template === template && row.consumer === consumer);
  expect(rows.filter((row) => row.consumer?.startsWith("fp:"))).toHaveLength(6);
  expect(by("/x", "__other__")?.requests).toBe(15);
  expect(by("/x", "__other__")?.sketch).toEqual(
    entriesOf(many.slice(6).map(({ consumer }) => consumer ?? "")),
  );
  expect([by("/y", null)?.requests, by("__other__", null)?.requests]).toEqual([1, 1]);
});
