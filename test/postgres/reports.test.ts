import { type Period, parsePeriod } from "@masthead/api/features/reports/period.rules";
import { countPeriod } from "@masthead/api/features/reports/reports.read-model";
import { maintainUsage, rollUpUsage } from "@masthead/api/features/usage/index";
import { tenantScope } from "@masthead/api/platform/db/scope";
import { type ReportRow, type TenantReport, tenantReportSchema } from "@masthead/shared/http/report-schema";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Reporting, startReporting } from "./support/reporting.js";
import { bookParts, DAY, manyParts, NOW, part, TENANTS } from "./support/usage-parts.js";

let reporting: Reporting;
beforeAll(async () => {
  reporting = await startReporting();
});
afterAll(() => reporting?.server.stop());
beforeEach(() => reporting.reset());

const book = (parts: UsagePart[]) => bookParts(reporting.ingest, parts);

const COUNTS = ["requests", "errors", "requestBytes", "responseBytes"] as const;
type Counts = Pick<ReportRow, (typeof COUNTS)[number]>;

const reportPath = (tenant: string, period: string) =>
  `/v1/tenants/${encodeURIComponent(tenant)}/reports/${period}`;
const report = async (tenant: string, period: string): Promise<TenantReport> => {
  const response = await reporting.get(reportPath(tenant, period));
  expect(response.status).toBe(200);
  return tenantReportSchema.parse(await response.json());
};

const sorted = (rows: readonly ReportRow[]) =>
  [...rows].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
const sum = (rows: readonly ReportRow[]): Counts =>
  Object.fromEntries(COUNTS.map((name) => [name, rows.reduce((n, row) => n + row[name], 0)])) as Counts;

const SECTIONS = {
  service: "service_name",
  template: "template",
  method: "method",
  status: "status",
} as const;
const PERIODS = [
  ["2026-10", "2026-10-01Z", "2026-11-01Z"],
  ["2026-11", "2026-11-01Z", "2026-12-01Z"],
  ["2026-11-22", "2026-11-22Z", "2026-11-23Z"],
  ["2026-11-23", "2026-11-23Z", "2026-11-24Z"],
] as const;

const expectAllRight = async () => {
  let counted = 0;
  for (const tenant of TENANTS)
    for (const [period, from, to] of PERIODS) {
      const found = await report(tenant, period);
      const [totals] = await reporting.plainly(tenant, from, to);
      expect({ key: null, ...found.totals }).toEqual(totals);
      counted += found.totals.requests;
      const { dimensions, ...fixed } = found.breakdowns;
      for (const rows of [...Object.values(fixed), ...Object.values(dimensions)])
        expect(sum(rows ?? [])).toEqual(found.totals);
      for (const [section, column] of Object.entries(SECTIONS))
        expect(sorted(found.breakdowns[section as keyof typeof SECTIONS])).toEqual(
          sorted(await reporting.plainly(tenant, from, to, column)),
        );
      const format = period.length === 7 ? "YYYY-MM-DD" : 'YYYY-MM-DD"T"HH24:00:00.000000"Z"';
      expect(found.breakdowns.day ?? found.breakdowns.hour).toEqual(
        sorted(await reporting.plainly(tenant, from, to, `to_char(bucket at time zone 'UTC', '${format}')`)),
      );
      for (const [name, rows] of Object.entries(dimensions))
        expect(sorted(rows)).toEqual(
          sorted(await reporting.plainly(tenant, from, to, `dimensions ->> '${name}'`)),
        );
      expect(found.measures["x-tokens"] ?? 0).toBe(found.totals.requests * 3);
    }
  expect(counted).toBeGreaterThan(500);
};

describe("a tenant's report", () => {
  it("counts what plain SQL counts, before, between and after roll-ups", async () => {
    const parts = manyParts(1_200);
    await book(parts.slice(0, 500));
    await expectAllRight();
    await rollUpUsage(reporting.ingest, NOW * 1e6);
    await expectAllRight();
    await book(parts.slice(500, 1_000));
    await expectAllRight();
    await rollUpUsage(reporting.ingest, (NOW + DAY) * 1e6);
    await book(parts.slice(1_000));
    await expectAllRight();
    await rollUpUsage(reporting.ingest, (NOW + DAY) * 1e6);
    await expectAllRight();
  });

  it("stays the same when minutes are no longer held, and counts what comes even later", async () => {
    await book(manyParts(400));
    await rollUpUsage(reporting.ingest, (NOW + DAY) * 1e6);
    const before = await Promise.all(TENANTS.map((tenant) => report(tenant, "2026-11")));
    await maintainUsage(reporting.ingest, (NOW + 60 * DAY) * 1e6);
    for (const [i, tenant] of TENANTS.entries()) expect(await report(tenant, "2026-11")).toEqual(before[i]);
    await book([part({ requests: 5, latency: [[300, 5]] })]);
    const { totals, breakdowns } = await report("acme", "2026-11");
    expect(totals.requests).toBe((before[0] as TenantReport).totals.requests + 5);
    for (const { key, ...counts } of breakdowns.day ?? [])
      expect((await report("acme", key as string)).totals).toEqual(counts);
  });

  it("leaves out clients and policies that are not in reports, and a period without usage is all zeros", async () => {
    await book([part({ role: "client" }), part({ policy: 1 })]);
    const found = await report("acme", "2026-11");
    expect(found.totals).toEqual({ requests: 0, errors: 0, requestBytes: 0, responseBytes: 0 });
    expect(found.latencyMs).toEqual({ p50: null, p90: null, p95: null, p99: null });
    expect(found.breakdowns).toMatchObject({ day: [], service: [], dimensions: {} });
  });

  it("adds up what is beyond the bound of a breakdown", async () => {
    const parts = Array.from({ length: 1_050 }, (_, i) =>
      part({ template: `/t/${i}`, requests: i + 1, latency: [[300, i + 1]] }),
    );
    await book(parts);
    const { totals, breakdowns } = await report("acme", "2026-11-23");
    expect(breakdowns.template).toHaveLength(1_001);
    expect(breakdowns.template.find(({ key }) => key === "__other__")?.requests).toBe((50 * 51) / 2);
    expect(sum(breakdowns.template)).toEqual(totals);
  });

  it("counts nothing of another tenant, whatever it is asked for (promise a-tenant-sees-a-tenant)", async () => {
    await book([part({})]);
    const period = parsePeriod("2026-11") as Period;
    const countIn = (scope: string) =>
      reporting.server
        .open("app")
        .transaction(tenantScope(scope), ({ sql }) => countPeriod(sql, "acme", period), "read only");
    expect((await countIn("acme")).rows).not.toEqual([]);
    expect(await countIn("a/b")).toEqual({ rows: [], latency: [], measures: {} });
  });

  it("says how complete it is", async () => {
    await book([part({})]);
    expect((await report("acme", "2026-11")).meta.completeUntil).toBeNull();
    const run = (agent: string, epoch: string, completeUntil: string, final: boolean) => reporting.owner.sql`
      insert into epochs (agent_id, epoch, first_seen_at, last_seen_at, reported_at, captured, batched, pending,
        stored, complete_until, final)
      values (${agent}, extract(epoch from ${epoch}::timestamptz) * 1000, ${epoch}::timestamptz,
        ${completeUntil}::timestamptz, ${completeUntil}::timestamptz, 12, 10, 2, 10, ${completeUntil}::timestamptz, ${final})`;
    await run("killed", "2026-11-03Z", "2026-11-04Z", false);
    await run("killed", "2026-11-05Z", "2026-11-23 12:07:00Z", false);
    await reporting.owner.sql`insert into loss_minutes values ('killed', 1, 'ring', 'full', '2026-11-07Z', 4),
      ('killed', 1, 'ring', 'full', '2026-12-01Z', 8)`;
    expect((await report("acme", "2026-11")).meta).toEqual({
      completeUntil: "2026-11-23T12:07:00.000000Z",
      completeness: {
        lost: 4,
        pending: 2,
        gaps: [
          {
            from: "2026-11-04T00:00:00.000000Z",
            to: "2026-11-05T00:00:00.000000Z",
            reason: "agent/epoch_ended",
          },
        ],
      },
    });
  });

  it("comes as CSV, which says the same and runs no formula", async () => {
    await book(manyParts(600));
    const tenant = '=cmd("x"),1';
    const found = await report(tenant, "2026-11");
    const response = await reporting.get(reportPath(tenant, "2026-11"), "text/csv");
    expect(response.headers.get("content-type")).toMatch(/^text\/csv/);
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="masthead-_cmd_x_1-2026-11.csv"',
    );
    const lines = (await response.text()).split("\r\n");
    const { requests, errors, requestBytes, responseBytes } = found.totals;
    expect(lines[1]).toBe(`total,,${requests},${errors},${requestBytes},${responseBytes}`);
    expect(lines.some((line) => line.startsWith('template,"\'=""x""",'))).toBe(true);
    expect(lines.filter((line) => line.startsWith("status,"))).toHaveLength(found.breakdowns.status.length);
  });

  it.each([
    ["/v1/tenants/acme/reports/2026-13", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/acme/reports/2026-02-29", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/a%00b/reports/2026-11", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/nobody/reports/2026-11", "*/*", 404, "not_found"],
    ["/v1/tenants/acme/reports/2026-11", "text/html", 406, "not_acceptable"],
  ])("%s as %s is a problem", async (path, accept, status, code) => {
    await book([part({})]);
    const response = await reporting.get(path, accept);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status, code });
  });
});
