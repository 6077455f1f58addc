import { expect, test } from "vitest";
import { nameKey } from "../capture/policy-bytes.js";
import { PolicyTables } from "../capture/policy-tables.js";
import { HEADER_RULE } from "../capture/table-layout.js";
import { RecordBytes } from "../decode/record-bytes.js";
import { ElementAction } from "../decode/record-enums.js";
import type { Exchange } from "../exchange.js";
import { Governor } from "../govern/governor.js";
import { LossCounts } from "../losses.js";
import type { UsageTotals } from "../meter/usage-totals.js";
import type { Spec } from "../testing/govern.js";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { requestRecord } from "../testing/record-writer.js";
import { KernelSeries } from "./kernel-series.js";
import { SeriesBooking } from "./series-booking.js";
import { MEASURE_SUM, RECORD_SERIES, SERIES_KEY } from "./series-layout.js";

interface SeriesFields {
  status?: number;
  requests?: number;
  path?: string;
  tenant?: string;
  generation?: number;
  durationUs?: number;
  /** of the first measure */
  sum?: [high: bigint, low: bigint, fraction: bigint];
}

const SPEC: Spec = {
  aggregate: true,
  match: { paths: ["/v1/**"] },
  tenant: [{ header: "x-client" }],
  measures: [{ header: "x-tokens" }],
};

/** Policies in force, the kernel's maps in memory, and what is booked. */
function booking() {
  const session = new MemoryTables();
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [] });
  tables.apply(policySet(1, { one: SPEC }));
  const losses = new LossCounts();
  const booked: { exchange: Exchange; windowStart: number; totals: UsageTotals }[] = [];
  const made = new SeriesBooking({
    governing: new Governor(tables.plansOf, "0badcafe"),
    plansOf: tables.plansOf,
    processOf: (pid) => ({ pid, executableName: "server", serviceName: "server" }),
    onSeries: (exchange, windowStart, totals) => booked.push({ exchange, windowStart, totals }),
    losses,
  });
  const rule = (name: string): number =>
    session.value("header_rules", nameKey(1, name))?.readUInt16LE(HEADER_RULE.id) ?? 0;
  const series = (fields: SeriesFields = {}): Buffer => {
    const shape = requestRecord({
      generation: fields.generation ?? 1,
      path: fields.path ?? "/v1/orders/0",
      elements: [
        { rule: rule("x-client"), action: ElementAction.ELEMENT_KEEP, data: fields.tenant ?? "acme" },
      ],
    });
    const value = Buffer.alloc(RECORD_SERIES.bytes);
    value.writeBigUInt64LE(178_000_000n, RECORD_SERIES.window);
    value.writeBigUInt64LE(BigInt(fields.requests ?? 1), RECORD_SERIES.requests);
    value.writeBigUInt64LE(1_200n, RECORD_SERIES.request_bytes);
    value.writeBigUInt64LE(BigInt(fields.durationUs ?? 0), RECORD_SERIES.duration_us);
    value.writeUInt16LE(fields.status ?? 200, RECORD_SERIES.status);
    value.writeUInt16LE(shape.length, RECORD_SERIES.shape_bytes);
    if (fields.sum) {
      value.writeUInt32LE(1, RECORD_SERIES.measured);
      const [high, low, fraction] = fields.sum;
      value.writeBigInt64LE(high, RECORD_SERIES.measures + MEASURE_SUM.high);
      value.writeBigInt64LE(low, RECORD_SERIES.measures + MEASURE_SUM.low);
      value.writeBigInt64LE(fraction, RECORD_SERIES.measures + MEASURE_SUM.fraction);
    }
    shape.copy(value, RECORD_SERIES.shape);
    return value;
  };
  return { booking: made, booked, losses, series, session };
}

test("a series is governed, named and booked as its requests would be", () => {
  const { booking: made, booked, series } = booking();
  const value = series({ requests: 7, status: 503, sum: [2n, 5n, -500_000_000n] });
  made.many(new RecordBytes(value), 0, value.length, [
    [3, 4],
    [90, 3],
  ]);
  expect(booked).toMatchObject([
    {
      windowStart: 1_780_000_000,
      exchange: {
        tenant: "acme",
        path: "/v1/orders/0",
        status: 503,
        policy: { name: "one", aggregate: true },
      },
      totals: {
        requests: 7,
        requestBytes: 1_200,
        latency: [
          [3, 4],
          [90, 3],
        ],
      },
    },
  ]);
  expect(booked[0]?.totals.measures).toEqual({ "x-tokens": 2_000_000_004.5 });
  expect([made.received, made.ungoverned]).toEqual([7, 0]);
});

test("without an answer there is no status; what no policy governs is in no account; what cannot be read is lost", () => {
  const { booking: made, booked, losses, series } = booking();
  for (const value of [
    series({ requests: 5, status: 0 }),
    series({ requests: 5, path: "/other" }),
    series({ requests: 5, generation: 9 }),
  ])
    made.many(new RecordBytes(value), 0, value.length, [[0, 5]]);
  expect(booked.map(({ exchange }) => exchange.status)).toEqual([undefined]);
  expect([made.received, made.ungoverned]).toEqual([15, 5]);
  expect(losses.list()).toEqual([{ stage: "decode", reason: "malformed", count: 5 }]);
});

test("a series of one comes by the ring, and counts there as received", () => {
  const { booking: made, booked, series } = booking();
  const value = series({ durationUs: 1_000 });
  expect(made.one(new RecordBytes(value), 0, value.length)).toBe(true);
  expect(booked[0]?.totals).toMatchObject({ requests: 1, latency: [[349, 1]] });
  expect(made.received).toBe(0);
  expect(made.one(new RecordBytes(value), 0, RECORD_SERIES.shape - 1)).toBe(false);
  expect(made.one(new RecordBytes(series({ requests: 2 })), 0, value.length)).toBe(false);
});

test("the map that was counted into is emptied when nobody writes to it any more", () => {
  const { booking: made, booked, series, session } = booking();
  const maps: Record<string, Buffer[]> = { series_0: [], series_1: [], latencies_0: [], latencies_1: [] };
  const key = (name: number, bucket = 0): Buffer => {
    const bytes = Buffer.alloc(SERIES_KEY.bytes);
    bytes.writeUInt32LE(name, SERIES_KEY.shape);
    bytes.writeInt16LE(bucket, SERIES_KEY.bucket);
    return bytes;
  };
  const count = (name: number, bucket: number, n: number): Buffer => {
    const value = Buffer.alloc(8);
    value.writeUInt32LE(n);
    return Buffer.concat([key(name, bucket), value]);
  };
  const taking = Object.assign(session, {
    takeTable: (map: string): Uint8Array => {
      session.operations.push(`take ${map}`);
      return Buffer.concat(maps[map]?.splice(0) ?? []);
    },
  });
  const kernel = new KernelSeries(taking, made, () => 0);
  maps["series_0"]?.push(Buffer.concat([key(1), series({ requests: 3 })]), Buffer.concat([key(2), series()]));
  maps["latencies_0"]?.push(count(1, -1, 2), count(2, 7, 1), count(1, 9, 1), count(3, 1, 0));
  session.operations.length = 0;
  kernel.take();
  expect(booked.map(({ totals }) => totals.latency)).toEqual([
    [
      [-1, 2],
      [9, 1],
    ],
    [[7, 1]],
  ]);
  const { operations } = session;
  expect(operations.indexOf("update aggregate_settings")).toBeLessThan(operations.indexOf("synchronize"));
  expect(operations.indexOf("synchronize")).toBeLessThan(operations.indexOf("take series_0"));
  kernel.take();
  expect(booked).toHaveLength(2);
});
