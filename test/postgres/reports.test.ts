import { buildReport, type Period, parsePeriod } from "@masthead/api/features/reports/index";
import { maintainUsage, rollUpUsage } from "@masthead/api/features/usage/index";
import { FLEET } from "@masthead/api/platform/db/scope";
import {
  type ReportAnswer,
  type ReportRow,
  reportAnswerSchema,
  type TenantReport,
} from "@masthead/shared/http/report-schema";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tenantPrincipal } from "./support/principals.js";
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
const report = async (tenant: string, period: string): Promise<ReportAnswer> => {
  const response = await reporting.get(reportPath(tenant, period));
  expect(response.status).toBe(200);
  return reportAnswerSchema.strict().parse(await response.json());
};

/** Rows with their counts only, in an order of their own. */
const sorted = (rows: readonly (Counts & { key: string | null })[]) =>
  rows
    .map(({ key, ...row }) => ({ key, ...counts(row) }))
    .sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
const counts = (row: Counts): Counts =>
  Object.fromEntries(COUNTS.map((name) => [name, row[name]])) as unknown as Counts;
const sum = (rows: readonly Counts[]): Counts =>
  Object.fromEntries(COUNTS.map((name) => [name, rows.reduce((n, row) => n + row[name], 0)])) as Counts;

const SECTIONS = {
  service: "service_name",
  template: "template",
  method: "method",
  status: "status",
  statusClass: "status / 100 || 'xx'",
} as const;
const tokens = (...rows: readonly { measures: Record<string, number> }[]): number =>
  rows.reduce((n, row) => n + (row.measures["x-tokens"] ?? 0), 0);
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
      for (const rows of [...Object.values(fixed), ...Object.values(dimensions), found.trend]) {
        expect(sum(rows)).toEqual(found.totals);
        expect(tokens(...rows)).toEqual(tokens(found));
      }
      for (const rows of [found.peakHours ?? [], [{ requests: found.totals.requests, errors: 0 }]])
        expect(rows.reduce((n, row) => n + row.requests, 0)).toBe(found.totals.requests);
      expect(found.errors.endpoints.reduce((n, row) => n + row.errors, 0)).toBe(found.totals.errors);
      for (const [section, column] of Object.entries(SECTIONS))
        expect(sorted(found.breakdowns[section as keyof typeof SECTIONS])).toEqual(
          sorted(await reporting.plainly(tenant, from, to, column)),
        );
      const format = period.length === 7 ? "YYYY-MM-DD" : 'YYYY-MM-DD"T"HH24';
      const byTime = await reporting.plainly(
        tenant,
        from,
        to,
        `to_char(bucket at time zone 'UTC', '${format}')`,
      );
      const key = (time: string) => time.slice(0, period.length === 7 ? 10 : 13);
      expect(
        sorted(found.trend.map((row) => ({ key: key(row.from), ...row })).filter((row) => row.requests > 0)),
      ).toEqual(sorted(byTime));
      expect(
        sorted(found.breakdowns.endpoint.map((row) => ({ key: `${row.method} ${row.template}`, ...row }))),
      ).toEqual(sorted(await reporting.plainly(tenant, from, to, "method || ' ' || template")));
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
    const { totals, trend } = await report("acme", "2026-11");
    expect(totals.requests).toBe((before[0] as TenantReport).totals.requests + 5);
    for (const row of trend.filter(({ requests }) => requests > 0))
      expect((await report("acme", row.from.slice(0, 10))).totals).toEqual(counts(row));
  });

  it("leaves out clients and policies that are not in reports, and a period without usage is all zeros", async () => {
    await book([part({ role: "client" }), part({ policy: 1 })]);
    const found = await report("acme", "2026-11");
    expect(found.totals).toEqual({ requests: 0, errors: 0, requestBytes: 0, responseBytes: 0 });
    expect(found.latencyMs).toEqual({ p50: null, p90: null, p95: null, p99: null });
    expect(found.breakdowns).toMatchObject({ endpoint: [], service: [], dimensions: {} });
    expect(found.trend.map(({ requests }) => requests)).toEqual(new Array(30).fill(0));
    expect([found.change?.requests, found.errors.rate, found.peakHours]).toEqual([null, null, []]);
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
    // In the transaction of a fleet, as a job has it: the tenant's part of it is narrowed all the same.
    const { totals, breakdowns } = await reporting.server
      .open("app")
      .transaction(FLEET, (tx) => buildReport(tx, "a/b", period, { nowUs: NOW * 1e6 }), "read only snapshot");
    expect([totals.requests, breakdowns.service.length]).toEqual([0, 0]);
    for (const [principal, status] of [
      ["acme", 200],
      ["a/b", 404],
    ] as const)
      expect((await reporting.getAs(tenantPrincipal(principal), reportPath("acme", "2026-11"))).status).toBe(
        status,
      );
  });

  it("is read from one moment or not at all", async () => {
    const period = parsePeriod("2026-11") as Period;
    const read = reporting.server
      .open("app")
      .transaction(FLEET, (tx) => buildReport(tx, "acme", period, { nowUs: 0 }), "read only");
    await expect(read).rejects.toThrow("snapshot");
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
    expect(lines[1]).toContain(`total,,${requests},${errors},${requestBytes},${responseBytes},`);
    expect(lines.some((line) => line.startsWith('template,"\'=""x""",'))).toBe(true);
    expect(lines.filter((line) => line.startsWith("status,"))).toHaveLength(found.breakdowns.status.length);
  });

  it.each([
    ["/v1/tenants/acme/reports/2026-13", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/acme/reports/2026-02-29", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/a%00b/reports/2026-11", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/nobody/reports/2026-11", "*/*", 404, "not_found"],
    ["/v1/tenants/acme/reports/2026-11", "application/pdf", 406, "not_acceptable"],
    ["/v1/tenants/acme/reports/2026-11?timeZone=Mars/Olympus", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/acme/reports/2026-11?timeZone=Europe/Berlin&version=1", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/acme/reports/2011-12-30?timeZone=Pacific/Apia", "*/*", 400, "invalid_parameters"],
    ["/v1/tenants/acme/reports/2026-11?format=pdf", "*/*", 400, "invalid_parameters"],
  ])("%s as %s is a problem", async (path, accept, status, code) => {
    await book([part({})]);
    const response = await reporting.get(path, accept);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status, code });
  });
});
