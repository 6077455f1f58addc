import { createHash } from "node:crypto";
import { consumerEntry, mergeConsumers } from "@masthead/shared/usage/consumer-sketch";
import { latencyBucket } from "@masthead/shared/usage/histogram";
import { batchSchema } from "@masthead/shared/wire/batch";
import { withoutRows } from "@masthead/shared/wire/batch-rows";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Exchange } from "../exchange.js";
import { LossCounts } from "../losses.js";
import { Meter } from "../meter/meter.js";
import { Sampler } from "../meter/sampling.js";
import { SeriesBound } from "../meter/series-bound.js";
import { connection, makeExchange, policy } from "../testing/exchange.js";
import { BATCH_FULL_BYTES, BATCH_FULL_SHARED_CHARACTERS, OpenBatch } from "./open-batch.js";

const header = {
  agentId: "a1",
  epoch: 7,
  seq: 1,
  createdAtUs: 9,
  completeUntilUs: 8,
  host: { id: "h", name: "n" },
};
const ledger = { captured: 0, batched: 0, lost: [], pending: 0 };
const read = (batch: OpenBatch) =>
  batchSchema.parse(withoutRows(JSON.parse(batch.finish(header, ledger).toString())));

function meterInto(batch: OpenBatch, maxSeries = 1000) {
  const losses = new LossCounts();
  const bound = new SeriesBound(maxSeries);
  const meter = new Meter((exchange) => exchange.path, new Sampler(() => 0), bound, losses, batch);
  return { losses, bound, meter, record: (exchange: Exchange) => meter.record(exchange) };
}

test("exchanges and the usage that counts them are in one batch, which reads as the wire says", () => {
  const batch = new OpenBatch();
  const { record } = meterInto(batch);
  record(makeExchange({ dimensions: { "x-model-id": "m1", "x-zone": null }, measures: { "x-tokens": 3 } }));
  record(makeExchange({ dimensions: { "x-model-id": "m1", "x-zone": null }, measures: { "x-tokens": 4 } }));
  const { status: _, ttfbUs: __, ...unanswered } = makeExchange({ errorType: "connection_closed" });
  record(unanswered);
  const { exchanges, usage, connections, processes, countedOnly } = read(batch);
  expect([exchanges.length, connections.length, processes.length, countedOnly]).toEqual([3, 1, 1, 0]);
  expect(usage).toMatchObject([
    {
      requests: 2,
      errors: 0,
      requestBytes: 240,
      measures: { "x-tokens": 7 },
      dimensions: { "x-zone": null },
    },
    { requests: 1, errors: 1, windowStart: 1_780_000_000 },
  ]);
});

test("usage is complete where exchanges are sampled", () => {
  const batch = new OpenBatch();
  const { record } = meterInto(batch);
  for (let i = 0; i < 50; i++)
    record(makeExchange({ policy: { ...policy, sampling: { exchanges: 0, always: [] } } }));
  const { exchanges, usage, countedOnly } = read(batch);
  expect(exchanges).toEqual([]);
  expect(countedOnly).toBe(50);
  expect(usage.reduce((sum, { requests }) => sum + requests, 0)).toBe(50);
});

test("what was counted elsewhere joins the usage of its series, and keeps no exchange", () => {
  const batch = new OpenBatch();
  const { losses, meter, record } = meterInto(batch, 1);
  const one = makeExchange({ policy: { ...policy, aggregate: true }, measures: { "x-tokens": 3 } });
  const totals = {
    ...{ requests: 5, errors: 1, requestBytes: 50, responseBytes: 60, measures: { "x-tokens": 0.5 } },
    latency: [
      [latencyBucket(one.durationUs), 2],
      [7, 3],
    ] as [number, number][],
  };
  record(one);
  meter.recordTotals(one, 1_780_000_000, totals);
  meter.recordTotals({ ...one, path: "/another" }, 1_780_000_000, totals);
  meter.recordTotals({ ...one, tenant: "other" }, 1_780_000_000, totals);
  const { exchanges, usage, countedOnly } = read(batch);
  expect([exchanges.length, countedOnly]).toEqual([0, 11]);
  expect(usage).toMatchObject([
    {
      ...{ template: one.path, requests: 6, errors: 1, requestBytes: 170, responseBytes: 400 },
      ...{
        measures: { "x-tokens": 3.5 },
        latency: [
          [7, 3],
          [latencyBucket(one.durationUs), 3],
        ],
      },
    },
    { template: "__other__", requests: 5 },
  ]);
  expect(losses.list()).toEqual([{ stage: "usage", reason: "full", count: 5 }]);
});

test("beyond the bound of series counts go to __other__, and beyond that they are lost by name", () => {
  const batch = new OpenBatch();
  const { record, losses } = meterInto(batch, 2);
  for (const path of ["/a", "/b", "/c", "/d"])
    record(makeExchange({ path, dimensions: { "x-model-id": path } }));
  for (const tenant of ["t1", "t2", "t3"]) record(makeExchange({ tenant }));
  const { usage } = read(batch);
  const other = usage.filter(({ template }) => template === "__other__");
  expect(other).toMatchObject([
    { tenant: "acme", requests: 2, dimensions: { "x-model-id": "__other__" } },
    { tenant: "t1", requests: 1 },
  ]);
  expect(losses.list()).toEqual([{ stage: "usage", reason: "full", count: 2 }]);
});

const fingerprint = (of: number) => `fp:00112233:${createHash("md5").update(String(of)).digest("hex")}`;

test("where there are too many consumers they lose their names before templates do, and a sketch counts them", () => {
  const batch = new OpenBatch();
  const { record, bound } = meterInto(batch, 8);
  const from = (consumer: number, path = "/a") =>
    record(makeExchange({ path, consumer: fingerprint(consumer) }));
  for (let consumer = 0; consumer < 500; consumer++) from(consumer % 100);
  for (const path of ["/a", "/b"]) record(makeExchange({ path }));
  from(7, "/c");
  from(200, "/d");
  const { usage } = read(batch);
  const placed = usage.map(({ template, consumer, requests }) => [template, consumer, requests]);
  const named = [0, 1, 2, 3, 4, 5].map((consumer) => ["/a", fingerprint(consumer), 5]);
  expect(placed).toEqual([
    ...named,
    ["/a", "__other__", 470],
    ["/a", undefined, 1],
    ["__other__", undefined, 1],
    ["__other__", "__other__", 2],
  ]);
  const sketchOf = (consumers: number[]) =>
    mergeConsumers(consumers.map((consumer) => consumerEntry(fingerprint(consumer)) as number));
  expect(usage[6]?.consumers).toEqual(sketchOf(Array.from({ length: 94 }, (_, i) => i + 6)));
  expect(usage[9]?.consumers).toEqual(sketchOf([7, 200]));
  expect(usage.filter(({ consumers }) => consumers)).toHaveLength(2);
  expect([bound.foldedConsumers, bound.folded]).toEqual([470, 3]);
});

test("what was counted elsewhere keeps its consumer, or leaves it to the sketch", () => {
  const batch = new OpenBatch();
  const { meter } = meterInto(batch, 1);
  const totals = { requests: 5, errors: 1, requestBytes: 50, responseBytes: 60, latency: [[7, 5]] as const };
  for (const consumer of [1, 2])
    meter.recordTotals(makeExchange({ consumer: fingerprint(consumer) }), 1_780_000_000, totals);
  expect(read(batch).usage).toMatchObject([
    { consumer: fingerprint(1), requests: 5 },
    { consumer: "__other__", consumers: [consumerEntry(fingerprint(2))], requests: 5 },
  ]);
});

test("what an application may send never makes a batch that the control plane refuses, nor one that is too large", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 3000 });
  const exchanges = fc.record({
    path: anyText,
    query: fc.option(anyText, { nil: undefined }),
    tenant: fc.string({ maxLength: 300 }),
    method: fc.string({ minLength: 1, maxLength: 100 }),
    durationUs: fc.nat(),
    consumer: fc.option(fc.nat().map(fingerprint), { nil: undefined }),
    header: fc.array(anyText, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(exchanges, { minLength: 1, maxLength: 20 }), (list) => {
      const batch = new OpenBatch();
      const { record } = meterInto(batch, 4);
      for (const { header: values, query, consumer, ...rest } of list)
        record(
          makeExchange({
            ...rest,
            ...(query === undefined ? {} : { query }),
            ...(consumer === undefined ? {} : { consumer }),
            connection: { ...connection },
            requestHeaders: { "x-any": values },
          }),
        );
      const bound = batch.bytes + 1000;
      const json = batch.finish(header, ledger).toString();
      expect(batchSchema.safeParse(withoutRows(JSON.parse(json))).success).toBe(true);
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(bound);
    }),
    { numRuns: 60 },
  );
});

test("a batch is full before it can be too large", () => {
  const batch = new OpenBatch();
  const { record } = meterInto(batch, 1_000_000);
  let added = 0;
  while (!batch.isFull)
    record(makeExchange({ path: `/p/${added++}`, requestHeaders: { "x-any": ["v".repeat(900)] } }));
  expect(added).toBeLessThan(2000);
  expect(batch.bytes).toBeLessThan(BATCH_FULL_BYTES + 4000);
});

test("a batch is full before its rows stand for too much text", () => {
  const batch = new OpenBatch();
  const { record } = meterInto(batch);
  const long = "v".repeat(16_000);
  while (!batch.isFull) record(makeExchange({ requestHeaders: { "x-any": [long, long] } }));
  const { exchanges } = read(batch);
  expect(exchanges.length).toBeGreaterThan(30);
  expect(exchanges.length * 32_000).toBeLessThan(BATCH_FULL_SHARED_CHARACTERS + 32_000);
});

test("an exchange that cannot be booked is lost by name, counted nowhere else, and takes nothing along", () => {
  const batch = new OpenBatch();
  const { record, losses } = meterInto(batch);
  record(makeExchange());
  // No JSON can be made of it: what comes last of booking fails.
  record(makeExchange({ requestHeaders: { "x-a": [1n as unknown as string] } }));
  record(makeExchange());
  const { exchanges, usage, countedOnly } = read(batch);
  expect([exchanges.length, countedOnly]).toEqual([2, 0]);
  expect(usage.reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
  expect(losses.list()).toEqual([{ stage: "usage", reason: "fault", count: 1 }]);
});
