import type { Deps } from "@masthead/api/deps";
import { reportsRoutes } from "@masthead/api/features/reports/index";
import { type Period, parsePeriod } from "@masthead/api/features/reports/period.rules";
import { countPeriod } from "@masthead/api/features/reports/reports.read-model";
import { bookUsage, maintainUsage, rollUpUsage } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { ensurePartition } from "@masthead/api/platform/db/partitions.store";
import { NO_TENANT, tenantScope } from "@masthead/api/platform/db/scope";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import type { ReportRow, TenantItem, TenantReport } from "@masthead/shared/http/report-schema";
import { tenantReportSchema } from "@masthead/shared/http/report-schema";
import type { Batch, UsagePart } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";

const NOW = Date.UTC(2026, 10, 23, 12, 7, 30) / 1000;
const DAY = 86_400;
const DAYS = ["2026-10-31", "2026-11-01", "2026-11-21", "2026-11-22", "2026-11-23"];
const TENANTS = ["acme", "a/b", '=cmd("x"),1', "unattributed"];
const COUNTS = ["requests", "errors", "requestBytes", "responseBytes"] as const;
type Counts = Pick<ReportRow, (typeof COUNTS)[number]>;

let server: TestDatabase;
let ingest: Database;
let owner: Database;
let app: ReturnType<typeof createRouter>;

beforeAll(async () => {
  server = await startTestDatabase();
  ingest = server.open("ingest");
  owner = server.open("owner");
  const database = server.open("app");
  const log = {
    info: () => {},
    warn: () => {},
    error: (fields: object, message: string) => console.error(message, fields),
  };
  const deps: Deps = {
    withDatabase: (work) => work(database),
    withNats: () => Promise.reject(new Error("reports need no NATS")),
    now: () => NOW * 1e6,
    log,
  };
  app = createRouter();
  app.onError((error, c) => answerError(error, c, log));
  app.route("/", reportsRoutes(deps));
});
afterAll(() => server?.stop());
beforeEach(async () => {
  await owner.sql`truncate usage_series, usage_dimension_names, usage_minute, usage_quarter, usage_day, usage_windows,
    epochs, epoch_losses, loss_minutes`;
  await owner.sql`update usage_horizon set minutes_from = '1970-01-01'`;
  for (const day of DAYS) await ensurePartition(ingest.sql, "usage_minute", day);
});

/** As a batch carries it; policy 0 is in reports, policy 1 is not. */
const part = (over: Partial<UsagePart>): UsagePart => ({
  windowStart: NOW - (NOW % 10),
  policy: 0,
  role: "server",
  service: "web",
  tenant: "acme",
  template: "/v1/things/{id}",
  method: "GET",
  status: 200,
  requests: 1,
  errors: 0,
  requestBytes: 100,
  responseBytes: 1_000,
  latency: [[300, 1]],
  ...over,
});
const book = (parts: UsagePart[], seriesCap?: number) => {
  const batch = {
    agentId: "agent-1",
    host: { id: "h", name: "host-1" },
    policies: [
      { name: "default", revision: 1, report: true },
      { name: "inner", revision: 2, report: false },
    ],
  } as unknown as Batch;
  return ingest.transaction(NO_TENANT, ({ sql }) =>
    bookUsage(
      sql,
      parts.map((one, position) => ({ batch, part: one, position })),
      seriesCap,
    ),
  );
};

/** Parts of every kind over two months, the same at every run: a small generator decides. */
const manyParts = (count: number): UsagePart[] => {
  let state = 7;
  const pick = <T>(...values: T[]): T => {
    state = (state * 16_807) % 2_147_483_647;
    return values[Math.floor((state / 2_147_483_647) * values.length)] as T;
  };
  return Array.from({ length: count }, () => {
    const day = Date.parse(pick(...DAYS)) / 1000;
    const status = pick(200, 200, 201, 404, 503, undefined);
    const requests = pick(1, 2, 9);
    const dimension = pick(undefined, { "x-model-id": null }, { "x-model-id": "m1" }, { "x-zone": "é" });
    return part({
      windowStart: day + pick(0, 10, 890, 900, 3_600, 40_000),
      tenant: pick(...TENANTS),
      policy: pick(0, 0, 1),
      role: pick("server", "server", "client"),
      service: pick("web", "shop, inc"),
      template: pick("/a", "/b/{id}", '="x"'),
      method: pick("GET", "POST"),
      ...(status === undefined ? {} : { status }),
      ...(dimension === undefined ? {} : { dimensions: dimension }),
      requests,
      errors: status === undefined || status >= 500 ? requests : 0,
      requestBytes: requests * 100,
      responseBytes: requests * 1_000,
      measures: { "x-tokens": requests * 3 },
      latency: [[pick(200, 300, 400), requests]],
    });
  });
};

const get = (path: string, accept = "application/json") => app.request(path, { headers: { accept } });
const reportPath = (tenant: string, period: string) =>
  `/v1/tenants/${encodeURIComponent(tenant)}/reports/${period}`;
const report = async (tenant: string, period: string): Promise<TenantReport> => {
  const response = await get(reportPath(tenant, period));
  expect(response.status).toBe(200);
  return tenantReportSchema.parse(await response.json());
};

/** The same by plain SQL over minutes, which the tests hold all of. */
const plainly = async (tenant: string, from: string, to: string, key = "null"): Promise<ReportRow[]> => {
  const rows = await owner.sql.unsafe<ReportRow[]>(
    `select (${key})::text as key, coalesce(sum(requests), 0)::int as requests, coalesce(sum(errors), 0)::int as errors,
      coalesce(sum(request_bytes), 0)::int as "requestBytes", coalesce(sum(response_bytes), 0)::int as "responseBytes"
    from usage_minute m join usage_series s using (tenant_id, series_id)
    where tenant_id = $1 and bucket >= $2::timestamptz and bucket < $3::timestamptz and role = 'server' and report
    ${key === "null" ? "" : "group by 1"}`,
    [tenant, from, to],
  );
  return [...rows];
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
      const [totals] = await plainly(tenant, from, to);
      expect({ key: null, ...found.totals }).toEqual(totals);
      counted += found.totals.requests;
      const { dimensions, ...fixed } = found.breakdowns;
      for (const rows of [...Object.values(fixed), ...Object.values(dimensions)])
        expect(sum(rows ?? [])).toEqual(found.totals);
      for (const [section, column] of Object.entries(SECTIONS))
        expect(sorted(found.breakdowns[section as keyof typeof SECTIONS])).toEqual(
          sorted(await plainly(tenant, from, to, column)),
        );
      const format = period.length === 7 ? "YYYY-MM-DD" : 'YYYY-MM-DD"T"HH24:00:00.000000"Z"';
      expect(found.breakdowns.day ?? found.breakdowns.hour).toEqual(
        sorted(await plainly(tenant, from, to, `to_char(bucket at time zone 'UTC', '${format}')`)),
      );
      for (const [name, rows] of Object.entries(dimensions))
        expect(sorted(rows)).toEqual(sorted(await plainly(tenant, from, to, `dimensions ->> '${name}'`)));
      expect(found.measures["x-tokens"] ?? 0).toBe(found.totals.requests * 3);
    }
  expect(counted).toBeGreaterThan(500);
};

describe("a tenant's report", () => {
  it("counts what plain SQL counts, before, between and after roll-ups", async () => {
    const parts = manyParts(1_200);
    await book(parts.slice(0, 500));
    await expectAllRight();
    await rollUpUsage(ingest, NOW * 1e6);
    await expectAllRight();
    await book(parts.slice(500, 1_000));
    await expectAllRight();
    await rollUpUsage(ingest, (NOW + DAY) * 1e6);
    await book(parts.slice(1_000));
    await expectAllRight();
    await rollUpUsage(ingest, (NOW + DAY) * 1e6);
    await expectAllRight();
  });

  it("stays the same when minutes are no longer held, and counts what comes even later", async () => {
    await book(manyParts(400));
    await rollUpUsage(ingest, (NOW + DAY) * 1e6);
    const before = await Promise.all(TENANTS.map((tenant) => report(tenant, "2026-11")));
    await maintainUsage(ingest, (NOW + 60 * DAY) * 1e6);
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
      server
        .open("app")
        .transaction(tenantScope(scope), ({ sql }) => countPeriod(sql, "acme", period), "read only");
    expect((await countIn("acme")).rows).not.toEqual([]);
    expect(await countIn("a/b")).toEqual({ rows: [], latency: [], measures: {} });
  });

  it("says how complete it is", async () => {
    await book([part({})]);
    expect((await report("acme", "2026-11")).meta.completeUntil).toBeNull();
    const run = (agent: string, epoch: string, completeUntil: string, final: boolean) => owner.sql`
      insert into epochs (agent_id, epoch, first_seen_at, last_seen_at, reported_at, captured, batched, pending,
        stored, complete_until, final)
      values (${agent}, extract(epoch from ${epoch}::timestamptz) * 1000, ${epoch}::timestamptz,
        ${completeUntil}::timestamptz, ${completeUntil}::timestamptz, 12, 10, 2, 7, ${completeUntil}::timestamptz, ${final})`;
    await run("ended", "2026-11-01Z", "2026-11-02Z", true);
    expect((await report("acme", "2026-11")).meta.completeUntil).toBe("2026-11-23T12:07:30.000000Z");
    await run("killed", "2026-11-03Z", "2026-11-04Z", false);
    await run("killed", "2026-11-05Z", "2026-11-23 12:00:00Z", false);
    await run("later", "2026-12-05Z", "2026-12-06Z", false);
    await owner.sql`insert into loss_minutes values ('killed', 1, 'ring', 'full', '2026-11-07Z', 4),
      ('killed', 1, 'ring', 'full', '2026-12-01Z', 8)`;
    expect((await report("acme", "2026-11")).meta).toEqual({
      completeUntil: "2026-11-23T12:00:00.000000Z",
      completeness: {
        lost: 4,
        pending: 10,
        gaps: [
          {
            agentId: "killed",
            from: "2026-11-04T00:00:00.000000Z",
            to: "2026-11-05T00:00:00.000000Z",
            reason: "agent/epoch_ended",
          },
        ],
      },
    });
    expect((await report("acme", "2026-10")).meta.completeUntil).toBeNull();
  });

  it("comes as CSV, which says the same and runs no formula", async () => {
    await book(manyParts(600));
    const tenant = '=cmd("x"),1';
    const found = await report(tenant, "2026-11");
    const response = await get(reportPath(tenant, "2026-11"), "text/csv");
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
    const response = await get(path, accept);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status, code });
  });
});

describe("tenants", () => {
  const page = async (query: string) =>
    (await (await get(`/v1/tenants${query}`)).json()) as { items: TenantItem[]; nextCursor: string | null };

  it("are all those that were seen, page by page", async () => {
    await book(manyParts(300));
    const found: TenantItem[] = [];
    let query = "?limit=3";
    for (;;) {
      const { items, nextCursor } = await page(query);
      found.push(...items);
      if (nextCursor === null) break;
      query = `?limit=3&cursor=${nextCursor}`;
    }
    expect(found.map(({ id }) => id).sort()).toEqual([...TENANTS].sort());
    expect((await get("/v1/tenants?cursor=abc")).status).toBe(400);
  });

  it("say since when, until when and how much, also when minutes are no longer held", async () => {
    const at = (text: string) => Date.parse(text) / 1000;
    const parts = [
      part({ windowStart: at("2026-11-01T00:01:10Z"), requests: 3 }),
      part({ windowStart: at("2026-11-22T05:50:00Z"), requests: 4, policy: 1 }),
      part({ windowStart: at("2026-11-23T12:06:50Z"), requests: 5 }),
      part({ windowStart: at("2026-11-23T12:07:50Z"), requests: 9, role: "client" }),
    ];
    await book(parts);
    const seen = (firstSeenAt: string, lastSeenAt: string) => ({
      items: [{ id: "acme", firstSeenAt, lastSeenAt, requests: 12 }],
      nextCursor: null,
    });
    const byMinutes = seen("2026-11-01T00:01:00.000000Z", "2026-11-23T12:07:00.000000Z");
    expect(await page("")).toEqual(byMinutes);
    await rollUpUsage(ingest, NOW * 1e6);
    expect(await page("")).toEqual(byMinutes);
    await rollUpUsage(ingest, (NOW + DAY) * 1e6);
    expect(await page("")).toEqual(byMinutes);
    await maintainUsage(ingest, (NOW + 60 * DAY) * 1e6);
    expect(await page("")).toEqual(seen("2026-11-01T00:00:00.000000Z", "2026-11-23T12:00:00.000000Z"));
  });
});
