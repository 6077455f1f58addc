import type { UsagePage, UsageRow } from "@masthead/client";
import stringWidth from "string-width";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterEach(() => api.reset());
afterAll(() => api.close());

const row = (tenant: string | null, requests: number, over: Partial<UsageRow> = {}): UsageRow => ({
  windowStart: "2025-12-31T23:00:00.000000Z",
  windowEnd: "2026-01-31T23:00:00.000000Z",
  group: { "tenant.id": tenant },
  requests,
  errors: 1,
  requestBytes: 1_200,
  responseBytes: 3_400_000,
  measures: { "x-tokens": 10 },
  latencyMs: { p50: 1.234, p90: 5, p95: 12.34, p99: 1_234.5 },
  ...over,
});

const page = (items: UsageRow[], over: Partial<UsagePage["meta"]> = {}): UsagePage => ({
  items,
  nextCursor: null,
  meta: {
    level: "quarter_hour",
    range: { from: "2025-12-31T23:00:00.000000Z", to: "2026-01-31T23:00:00.000000Z" },
    timeZone: "Europe/Berlin",
    completeUntil: "2026-01-01T00:00:57.000000Z",
    completeness: { lost: 0, pending: 0, gaps: [] },
    capped: { otherSeries: false, rows: false },
    ...over,
  },
});

const bodyOf = (index = 0) => JSON.parse(api.seen[index]?.body ?? "") as Record<string, unknown>;

describe("masthead usage, for people", () => {
  it("shows rows in columns, their sum, and how complete they are", async () => {
    api.answer = () => ({ status: 200, body: page([row("acme", 1_234_567), row(null, 100)]) });
    const { code, out } = await runMasthead(api, ["usage", "--group-by", "tenant.id"]);
    expect(code).toBe(EXIT.done);
    expect(out).toBe(
      [
        "TENANT.ID   REQUESTS  ERRORS    ERR %  P50 MS  P95 MS  P99 MS  X-TOKENS       IN      OUT",
        "acme       1,234,567       1  < 0.1 %    1.23    12.3    1235        10  1.20 kB  3.40 MB",
        "(unknown)        100       1    1.0 %    1.23    12.3    1235        10  1.20 kB  3.40 MB",
        "total      1,234,667       2  < 0.1 %                                20  2.40 kB  6.80 MB",
        "",
        "2026-01-01 00:00 to 2026-02-01 00:00 Europe/Berlin, read from quarter-hour buckets.",
        "Complete until 2026-01-01T00:00:57Z (3 s ago).",
        "",
      ].join("\n"),
    );
  });

  it("says what is missing, and by whom", async () => {
    const gap = { agentId: "web-1", from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:01:00Z", reason: "a/b" };
    api.answer = () => ({
      status: 200,
      body: {
        ...page([row("acme", 1)], {
          completeUntil: null,
          completeness: { lost: 1_200, pending: 3, gaps: Array.from({ length: 7 }, () => gap) },
          capped: { otherSeries: true, rows: true },
          uniqueConsumersStandardError: 0.01625,
        }),
      },
    });
    const { out } = await runMasthead(api, ["usage"]);
    expect(out).toContain("No agent has reported on this time.");
    expect(out).toContain("1,200 exchanges of this time are known to be lost.");
    expect(out).toContain("3 exchanges are captured and not counted yet.");
    expect(out.match(/Nothing is known of web-1 from/g)).toHaveLength(5);
    expect(out).toContain("2 more gaps");
    expect(out).toContain("Consumers within 1.6 %");
    expect(out).toContain("beyond a bound");
  });

  it("names what stands for many groups, and compares with the period before", async () => {
    const before = { ...row("", 80), windowStart: "2025-11-30T23:00:00Z" };
    const rest = row("__remainder__", 50, { remainderOf: 12, previous: { ...before, requests: 0 } });
    api.answer = () => ({
      status: 200,
      body: page([row("acme", 100, { previous: before }), rest, row("__other__", 1, { previous: null })]),
    });
    const { out } = await runMasthead(api, ["usage", "--top", "1:errors", "--compare"]);
    expect(out).toMatch(/^acme +100 +80 +\+25\.0 % /m);
    expect(out).toMatch(/^\(12 others\) +50 +0 +new /m);
    expect(out).toMatch(/^\(beyond a bound\) +1 +1 /m);
    expect(out).toMatch(/^total +151 +80 +\+88\.8 % /m);
    expect(bodyOf()).toMatchObject({ top: { n: 1, by: "errors" }, compare: "previous" });
  });

  it("fits the screen, and obeys nothing that a name says", async () => {
    const items = [row(`\u001b[31m${"東京".repeat(60)}`, 5), row("short", 10)];
    api.answer = () => ({ status: 200, body: page(items) });
    for (const columns of [40, 80, 120]) {
      const { out } = await runMasthead(api, ["usage", "--group-by", "tenant.id"], { columns });
      const lines = out.split("\n\n")[0]?.split("\n") ?? [];
      for (const line of lines.slice(0, 4)) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      expect(out).not.toContain("\u001b");
      expect(out).toContain("\\u001b");
      expect(out.includes("No room for")).toBe(columns < 120);
      expect(out).toContain("REQUESTS");
      expect(out).toContain("ERRORS");
    }
  });

  it("has colours on a screen that wants them only", async () => {
    api.answer = () => ({ status: 200, body: page([row("acme", 1), row("b", 3)]) });
    const colored = await runMasthead(api, ["usage"], { columns: 200, color: true });
    expect(colored.out).toContain("\u001b[1m");
    expect(colored.out).toContain("███▍");
    const { out } = await runMasthead(api, ["usage"]);
    for (const sign of ["\u001b", "█"]) expect(out).not.toContain(sign);
  });

  it("says when nothing was counted", async () => {
    api.answer = () => ({ status: 200, body: page([]) });
    expect((await runMasthead(api, ["usage"])).out).toContain("Nothing was counted.");
  });
});

describe("masthead usage, what it asks", () => {
  it("takes ranges of the calendar in the zone, conditions and orders", async () => {
    api.answer = () => ({ status: 200, body: page([]) });
    const words =
      "--from 2026-05 --time-zone Europe/Berlin --window day --group-by tenant.id,url.template --consumers --fill";
    await runMasthead(api, [
      "usage",
      ...words.split(" "),
      ...[
        "--where",
        "service.name=a,b\\,c",
        "--where",
        "http.request.method!=GET",
        "--where",
        "url.template^=/v1/",
      ],
      ...["--where", "consumer.fingerprint!=null", "--order-by", "window,latencyMs.p95:asc", "--limit", "7"],
    ]);
    expect(api.seen[0]).toMatchObject({ method: "POST", url: "/v1/usage/query" });
    expect(bodyOf()).toEqual({
      from: "2026-04-30T22:00:00.000Z",
      to: "2026-05-31T22:00:00.000Z",
      window: "day",
      timeZone: "Europe/Berlin",
      groupBy: ["tenant.id", "url.template"],
      filter: {
        and: [
          { dimension: "service.name", in: ["a", "b,c"] },
          { dimension: "http.request.method", ne: "GET" },
          { dimension: "url.template", prefix: "/v1/" },
          { dimension: "consumer.fingerprint", ne: null },
        ],
      },
      orderBy: [{ by: "window" }, { by: "latencyMs.p95", direction: "asc" }],
      fill: "zero",
      include: ["latencyMs", "uniqueConsumers"],
      limit: 7,
    });
  });

  it("asks for the last day by default", async () => {
    api.answer = () => ({ status: 200, body: page([]) });
    await runMasthead(api, ["usage"]);
    expect(bodyOf()).toMatchObject({ from: "2025-12-31T00:01:00.000Z", window: "total", timeZone: "UTC" });
  });

  it.each([
    [["--from", "yesterdayish"], "--from takes 24h"],
    [["--from", "2026-02-30"], "--from takes 24h"],
    [["--to", "2026-05-01T00:00"], "--to takes 24h"],
    [["--time-zone", "Mars/Olympus", "--from", "today"], "there is no time zone Mars/Olympus"],
    [["--where", "service.name"], "--where takes name=a,b"],
    [["--top", "10:speed"], "--top ranks by requests"],
    [["--top", "0"], "--top takes a whole number"],
    [["--order-by", "speed"], "--order-by takes window"],
    [["--limit", "many"], "--limit takes a whole number"],
    [["--window", "year"], "minute, hour, day, month, total"],
  ])("called wrongly as %j says how to ask", async (args, words) => {
    const { code, error } = await runMasthead(api, ["usage", ...args]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain(words);
    expect(api.seen).toEqual([]);
  });
});

describe("masthead usage, for programs", () => {
  it("prints every page as one document", async () => {
    const pages = [{ ...page([row("a", 1), row("b", 2)]), nextCursor: "next" }, page([row("c", 3)])];
    api.answer = () => ({ status: 200, body: pages[api.seen.length - 1] });
    const { out } = await runMasthead(api, ["usage", "--json"]);
    const printed = JSON.parse(out) as UsagePage;
    expect(printed.items.map(({ requests }) => requests)).toEqual([1, 2, 3]);
    expect(printed.nextCursor).toBeNull();
    expect(bodyOf(1)).toMatchObject({ cursor: "next" });
  });

  it("keeps the cursor where it stops before the end", async () => {
    api.answer = () => ({ status: 200, body: { ...page([row("a", 1)]), nextCursor: "next" } });
    const { out } = await runMasthead(api, ["usage", "--limit", "1", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ nextCursor: "next" });
    expect((await runMasthead(api, ["usage", "--limit", "1"])).out).toContain("There are more rows than 1");
  });

  it("prints every page of CSV under one header", async () => {
    const headers = { "content-type": "text/csv" };
    const pages = [
      { status: 200, body: "a,b\r\n1,2\r\n", headers: { ...headers, "masthead-next-cursor": "next" } },
      { status: 200, body: "a,b\r\n3,4\r\n", headers },
    ];
    api.answer = () => pages[api.seen.length - 1] ?? { status: 500 };
    expect((await runMasthead(api, ["usage", "--csv"])).out).toBe("a,b\r\n1,2\r\n3,4\r\n");
    expect(api.seen[0]?.headers.accept).toBe("text/csv, application/problem+json");
    expect(bodyOf(1)).toMatchObject({ cursor: "next" });
  });

  it("says that there is more than --limit where CSV ends", async () => {
    const headers = { "content-type": "text/csv", "masthead-next-cursor": "next" };
    api.answer = () => ({ status: 200, body: "a,b\r\n1,2\r\n", headers });
    const { out, error } = await runMasthead(api, ["usage", "--csv", "--limit", "1"]);
    expect(out).toBe("a,b\r\n1,2\r\n");
    expect(error).toContain("more rows than 1");
  });
});
