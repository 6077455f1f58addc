import { createHash } from "node:crypto";
import { buildReport, type Period, parsePeriod } from "@masthead/api/features/reports/index";
import { maintainUsage, rollUpUsage } from "@masthead/api/features/usage/index";
import { FLEET } from "@masthead/api/platform/db/scope";
import { canonicalJson } from "@masthead/shared/canonical-json";
import {
  type ReportAnswer,
  reportAnswerSchema,
  type TenantReport,
} from "@masthead/shared/http/report-schema";
import { consumerEntry, SKETCH_STANDARD_ERROR } from "@masthead/shared/usage/consumer-sketch";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Reporting, startReporting } from "./support/reporting.js";
import { bookParts, DAY, manyParts, NOW, part } from "./support/usage-parts.js";

let reporting: Reporting;
beforeAll(async () => {
  reporting = await startReporting();
});
afterAll(() => reporting?.server.stop());
beforeEach(() => reporting.reset());

const book = (parts: UsagePart[]) => bookParts(reporting.ingest, parts);
const ask = (period: string, query = "") => reporting.get(`/v1/tenants/acme/reports/${period}${query}`);
const report = async (period: string, query = ""): Promise<ReportAnswer> => {
  const response = await ask(period, query);
  expect(response.status).toBe(200);
  return reportAnswerSchema.strict().parse(await response.json());
};
const build = (period: string, nowUs: number): Promise<TenantReport> =>
  reporting.server
    .open("app")
    .transaction(
      FLEET,
      (tx) => buildReport(tx, "acme", parsePeriod(period) as Period, { nowUs }),
      "read only snapshot",
    );
const fingerprint = (i: number) =>
  `fp:0a1b2c3d:${createHash("sha256").update(`${i}`).digest("hex").slice(0, 32)}`;

describe("a report in a time zone", () => {
  it.each(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"])(
    "of %s counts hours, days and weekdays as the clocks there show them",
    async (zone) => {
      await book(manyParts(900));
      await rollUpUsage(reporting.ingest, NOW * 1e6);
      const found = await report("2026-11", `?timeZone=${zone}`);
      expect(found.timeZone).toBe(zone);
      const plainly = (key: string) =>
        reporting.owner.sql.unsafe<{ key: string; requests: number }[]>(
          `select (${key})::text as key, sum(requests)::int as requests
          from usage_minute join usage_series s using (tenant_id, series_id)
          where tenant_id = 'acme' and role = 'server' and report
            and to_char(bucket at time zone '${zone}', 'YYYY-MM') = '2026-11'
          group by 1 order by 1`,
        );
      const days = await plainly(`to_char(bucket at time zone '${zone}', 'DD')`);
      expect(
        found.trend.flatMap(({ requests }, i) =>
          requests > 0 ? [{ key: String(i + 1).padStart(2, "0"), requests }] : [],
        ),
      ).toEqual([...days]);
      expect(
        (found.peakHours ?? [])
          .map(({ weekday, hour, requests }) => ({
            key: `${weekday} ${String(hour).padStart(2, "0")}`,
            requests,
          }))
          .sort((a, b) => (a.key < b.key ? -1 : 1)),
      ).toEqual([...(await plainly(`to_char(bucket at time zone '${zone}', 'ID HH24')`))]);
      expect(found.totals.requests).toBe(days.reduce((n, { requests }) => n + requests, 0));
    },
  );
});

describe("consumers of a report", () => {
  it("are counted exactly where all have names, and nobody is no consumer", async () => {
    await book([
      ...Array.from({ length: 40 }, (_, i) =>
        part({ consumer: fingerprint(i % 20), requests: i + 1, latency: [[300, i + 1]] }),
      ),
      part({}),
    ]);
    const { uniqueConsumers, breakdowns } = await report("2026-11");
    expect(uniqueConsumers).toEqual({ count: 20, standardError: null });
    expect(breakdowns.consumer).toHaveLength(21);
    expect(breakdowns.consumer.find(({ key }) => key === null)?.requests).toBe(1);
  });

  it("are estimated with their error where some have lost theirs, those with names among them", async () => {
    const folded = Array.from({ length: 3_000 }, (_, i) => consumerEntry(fingerprint(i)) as number);
    const sketch = [...new Map(folded.sort((a, b) => a - b).map((entry) => [entry >> 6, entry])).values()];
    await book([
      part({ consumer: "__other__", consumers: sketch, requests: 3_000, latency: [[300, 3_000]] }),
      ...Array.from({ length: 50 }, (_, i) => part({ consumer: fingerprint(2_975 + i) })),
    ]);
    const { uniqueConsumers } = await report("2026-11");
    expect(uniqueConsumers.standardError).toBeCloseTo(SKETCH_STANDARD_ERROR, 5);
    expect(Math.abs(uniqueConsumers.count / 3_025 - 1)).toBeLessThan(4 * SKETCH_STANDARD_ERROR);
  });
});

describe("headers of a report", () => {
  const revise = (revision: number, at: string, name: string, spec: object | null) =>
    reporting.owner.sql`
      insert into policy_history (revision, name, document, changed_at_us, changed_by)
      values (${revision}, ${name}, ${spec && JSON.stringify({ spec })}, ${Date.parse(at) * 1000}, 'test')`;
  beforeEach(() => reporting.owner.sql`delete from policy_history`);

  it("are those of the policies that governed it, since the revision that first said so", async () => {
    await book([part({})]);
    const keep = { name: "user-agent", action: "keep", maxLength: 512 };
    const rules = (...request: object[]) => ({ headers: { request, response: [] } });
    await revise(1, "2026-09-01T00:00:00Z", "default", rules(keep));
    await revise(2, "2026-09-02T00:00:00Z", "default", {
      ...rules(keep, { name: "x-old", action: "presence" }),
      tenant: [{ header: "x-client-id" }, { fingerprint: "authorization" }, { host: "*.example.com" }],
      dimensions: ["x-model-id"],
      measures: [{ header: "x-tokens", from: "response" }],
    });
    await revise(3, "2026-11-10T00:00:00Z", "default", rules(keep, { name: "cookie", action: "presence" }));
    await revise(4, "2026-09-01T00:00:00Z", "unrelated", rules({ name: "x-other", action: "mask" }));
    await revise(5, "2026-12-01T00:00:00Z", "default", rules());
    const { headers } = await report("2026-11");
    expect(
      headers.map((one) => [
        one.from,
        one.name,
        one.use,
        one.action,
        one.maxLength,
        one.sinceRevision,
        one.until,
      ]),
    ).toEqual([
      ["request", "authorization", "tenant", "fingerprint", null, 2, "2026-11-10T00:00:00.000000Z"],
      ["request", "cookie", "exchange", "presence", null, 3, null],
      ["request", "user-agent", "exchange", "keep", 512, 1, null],
      ["request", "x-client-id", "tenant", "keep", null, 2, "2026-11-10T00:00:00.000000Z"],
      ["request", "x-model-id", "dimension", "keep", null, 2, "2026-11-10T00:00:00.000000Z"],
      ["request", "x-old", "exchange", "presence", null, 2, "2026-11-10T00:00:00.000000Z"],
      ["response", "x-tokens", "measure", "keep", null, 2, "2026-11-10T00:00:00.000000Z"],
    ]);
    expect(headers.every(({ policy }) => policy === "default")).toBe(true);
  });
});

describe("a report's document", () => {
  const runUntil = (completeUntil: string) => reporting.owner.sql`
    insert into epochs (agent_id, epoch, first_seen_at, last_seen_at, reported_at, captured, batched, pending, stored, complete_until)
    values ('a', 1, '2026-10-01Z', ${completeUntil}::timestamptz, ${completeUntil}::timestamptz, 12, 10, 2, 10, ${completeUntil}::timestamptz)
    on conflict (agent_id, epoch) do update set complete_until = excluded.complete_until, last_seen_at = excluded.last_seen_at`;

  it("is byte for byte the same once the period is complete, whenever it is made and from whatever buckets", async () => {
    await book(manyParts(600));
    await runUntil("2026-11-23T00:00:00Z");
    const first = await build("2026-11-22", NOW * 1e6);
    expect(first.meta).toEqual({
      completeUntil: "2026-11-23T00:00:00.000000Z",
      completeness: { lost: 0, pending: 0, gaps: [] },
    });
    await rollUpUsage(reporting.ingest, (NOW + DAY) * 1e6);
    await runUntil("2026-11-24T06:00:00Z");
    await book([part({ windowStart: NOW }), part({ tenant: "a/b" })]);
    expect(canonicalJson(await build("2026-11-22", (NOW + DAY) * 1e6))).toBe(canonicalJson(first));
  });

  it("says how far it is until then", async () => {
    await book([part({})]);
    await runUntil("2026-11-22T06:00:00Z");
    expect((await build("2026-11-22", NOW * 1e6)).meta).toEqual({
      completeUntil: "2026-11-22T06:00:00.000000Z",
      completeness: {
        lost: 0,
        pending: 2,
        gaps: [
          { from: "2026-11-22T06:00:00.000000Z", to: "2026-11-23T00:00:00.000000Z", reason: "agent/silent" },
        ],
      },
    });
  });

  it("compares with the period before, day by day", async () => {
    const at = (text: string, requests: number) =>
      part({
        windowStart: Date.parse(text) / 1000,
        requests,
        latency: [[300, requests]],
        measures: { "x-tokens": requests },
      });
    await book([at("2026-10-31T10:00:00Z", 4), at("2026-11-01T10:00:00Z", 5), at("2026-11-21T10:00:00Z", 1)]);
    const found = await report("2026-11");
    expect(found.previous?.period).toBe("2026-10");
    expect(found.previous?.trend.map(({ requests }) => requests)).toEqual([...new Array(30).fill(0), 4]);
    expect(found.change).toMatchObject({ requests: 0.5, errors: null, measures: { "x-tokens": 0.5 } });
    expect(found.change?.uniqueConsumers).toBeNull();
  });

  it("refuses what retention has left no answer for, and says what can be had", async () => {
    await book(manyParts(300));
    await rollUpUsage(reporting.ingest, (NOW + 40 * DAY) * 1e6);
    const before = await report("2026-11");
    await maintainUsage(reporting.ingest, (NOW + 500 * DAY) * 1e6);
    const after = await report("2026-11");
    expect(after).toEqual({ ...before, peakHours: null });
    for (const [period, query, says] of [
      ["2026-11-22", "", "ask for the month, 2026-11"],
      ["2026-11", "?timeZone=Asia/Kolkata", "ask for it in UTC"],
    ] as const) {
      const response = await ask(period, query);
      expect(response.status).toBe(400);
      expect(((await response.json()) as { detail: string }).detail).toContain(says);
    }
    await maintainUsage(reporting.ingest, (NOW + 1_840 * DAY) * 1e6);
    const response = await ask("2026-11");
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
      400,
      expect.stringContaining("days are held since 2026-12-01"),
    ]);
  });
});
