import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReportAnswer } from "@masthead/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
let folder: string;
beforeAll(async () => {
  api = await startFakeApi();
  folder = mkdtempSync(join(tmpdir(), "masthead-cli-"));
});
afterEach(() => api.reset());
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const counts = (requests: number) => ({ requests, errors: 2, requestBytes: 1_000, responseBytes: 2_000 });
const latencyMs = { p50: 1, p90: 2, p95: 3, p99: 4 };
const row = (key: string | null, requests: number) => ({ key, ...counts(requests), measures: {} });
const period = (requests: number) => ({
  range: { from: "2025-12-31T23:00:00.000000Z", to: "2026-01-31T23:00:00.000000Z" },
  totals: counts(requests),
  measures: { "x-tokens": requests * 3 },
  latencyMs,
  uniqueConsumers: { count: 4, standardError: null },
  trend: [],
});
const report: ReportAnswer = {
  tenant: { id: "acme", name: "Acme \u001b]0;x\u0007" },
  period: "2026-01",
  timeZone: "Europe/Berlin",
  ...period(1_000),
  previous: { period: "2025-12", ...period(800) },
  change: { requests: 0.25, errors: 0, requestBytes: 0, responseBytes: 0, uniqueConsumers: 0, measures: {} },
  breakdowns: {
    service: [row("shop", 900), row(null, 100)],
    endpoint: Array.from({ length: 7 }, (_, i) => ({
      method: "GET",
      template: `/v1/things/${i}`,
      ...counts(100),
      measures: {},
      latencyMs,
    })),
    template: [],
    method: [],
    consumer: [row("__other__", 1_000)],
    status: [row("200", 998), row("500", 2)],
    statusClass: [],
    dimensions: { "x-model-id": [row("m-1", 1_000)] },
  },
  errors: { rate: 0.002, previousRate: 0.0025, endpoints: [] },
  peakHours: [
    { weekday: 1, hour: 9, requests: 10, errors: 0 },
    { weekday: 2, hour: 14, requests: 20, errors: 0 },
  ],
  headers: [
    {
      name: "authorization",
      from: "request",
      action: "fingerprint",
      maxLength: null,
      use: "exchange",
      policy: "default",
      sinceRevision: 1,
      since: "2026-01-01T00:00:00.000000Z",
      until: null,
    },
  ],
  meta: {
    completeUntil: "2026-01-01T00:00:58.000000Z",
    completeness: {
      lost: 0,
      pending: 0,
      gaps: [{ from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:30Z", reason: "agent/epoch_ended" }],
    },
  },
  status: "provisional",
  generatedAt: "2026-01-01T00:01:00.000000Z",
};

describe("masthead report, for people", () => {
  it("says in short what a tenant used in the present month", async () => {
    api.answer = () => ({ status: 200, body: report });
    const { code, out } = await runMasthead(api, ["report", "acme"]);
    expect(code).toBe(EXIT.done);
    expect(api.seen[0]?.url).toBe("/v1/tenants/acme/reports/2026-01");
    expect(out).toContain("Acme \\u001b]0;x\\u0007 (acme), 2026-01: provisional\n");
    expect(out).toContain("2026-01-01 00:00 to 2026-02-01 00:00 Europe/Berlin");
    expect(out).toMatch(/^Requests +1,000 +800 +\+25\.0 %$/m);
    expect(out).toMatch(/^x-tokens +3,000 +2,400 +\+25\.0 %$/m);
    expect(out).toContain("By endpoint (5 of 7)");
    expect(out).toMatch(/^\(beyond a bound\) +1,000 /m);
    expect(out).toContain("By x-model-id");
    expect(out).toContain("Busiest: Tuesday, 14:00 to 14:59, 20 requests.");
    expect(out).toContain("Headers that are held: authorization (fingerprint).");
    expect(out).toContain("Nothing is known of a host from 2026-01-01T00:00:00Z");
    expect(out).not.toContain("\u001b");
  });

  it("does without a period before that is no longer held", async () => {
    api.answer = () => ({ status: 200, body: { ...report, previous: null, change: null } });
    const { out } = await runMasthead(api, ["report", "acme"]);
    expect(out).toMatch(/^Requests +1,000$/m);
    expect(out).not.toContain("CHANGE");
  });

  it("says of a sealed one which version it is, and what it corrects", async () => {
    const { generatedAt: _never, ...document } = report;
    const totals = counts(990);
    const corrects = { version: 1, sha256: "00", totals, changes: totals };
    const sealed = { ...document, status: "restated", version: 2, corrects };
    api.answer = () => ({ status: 200, body: sealed });
    const { out } = await runMasthead(api, ["report", "acme", "2026-01", "--version", "2"]);
    expect(out).toContain("restated as version 2, which corrects version 1");
    expect(api.seen[0]?.url).toBe("/v1/tenants/acme/reports/2026-01?version=2");
  });

  it("cuts the present month in the zone", async () => {
    api.answer = () => ({ status: 200, body: report });
    await runMasthead(api, ["report", "a/b", "--time-zone", "America/New_York"]);
    expect(api.seen[0]?.url).toBe("/v1/tenants/a%2Fb/reports/2025-12?timeZone=America%2FNew_York");
  });
});

describe("masthead report, as a file", () => {
  it.each([
    [["--html"], "html", "text/html"],
    [["--csv"], "csv", "text/csv"],
    [["--focus"], "focus", "text/csv"],
  ])("prints %j as it comes", async (args, format, mediaType) => {
    api.answer = () => ({ status: 200, body: "as it is\r\n", headers: { "content-type": mediaType } });
    expect((await runMasthead(api, ["report", "acme", "2026-01", ...args])).out).toBe("as it is\r\n");
    expect(api.seen[0]?.url).toBe(`/v1/tenants/acme/reports/2026-01?format=${format}`);
    expect(api.seen[0]?.headers.accept).toContain(mediaType);
  });

  it.each([
    ["a.html", "format=html"],
    ["a.csv", "format=csv"],
  ])("writes %s by its ending", async (name, query) => {
    api.answer = () => ({ status: 200, body: "<page>" });
    const file = join(folder, name);
    const { out, error } = await runMasthead(api, ["report", "acme", "-o", file]);
    expect([out, error]).toEqual(["", `${file} is written`]);
    expect(readFileSync(file, "utf8")).toBe("<page>");
    expect(api.seen[0]?.url).toContain(query);
  });

  it("writes the document and the summary, too, without colours", async () => {
    api.answer = () => ({ status: 200, body: report });
    await runMasthead(api, ["report", "acme", "-o", join(folder, "a.json")]);
    expect(JSON.parse(readFileSync(join(folder, "a.json"), "utf8"))).toEqual(report);
    await runMasthead(api, ["report", "acme", "-o", join(folder, "a.txt")], { color: true, columns: 80 });
    expect(readFileSync(join(folder, "a.txt"), "utf8")).not.toContain("\u001b");
  });

  it("opens the page, or says that nothing can", async () => {
    api.answer = () => ({ status: 200, body: "<page>" });
    const opened: string[] = [];
    const openFile = async (file: string) => opened.push(file) > 0;
    await runMasthead(api, ["report", "acme", "2026-01", "--open"], { openFile });
    expect(readFileSync(opened[0] ?? "", "utf8")).toBe("<page>");
    rmSync(join(opened[0] ?? "", ".."), { recursive: true });
    const file = join(folder, "b.html");
    const { code, error } = await runMasthead(api, ["report", "acme", "--open", "-o", file]);
    expect(code).toBe(EXIT.done);
    expect(error).toContain(`no browser is found; open ${file} yourself`);
  });

  it("prints the document for programs", async () => {
    api.answer = () => ({ status: 200, body: report });
    expect(JSON.parse((await runMasthead(api, ["report", "acme", "--json"])).out)).toEqual(report);
  });

  it.each([
    [["--html", "--csv"], "one of --html, --csv"],
    [["--csv", "--open"], "--open shows the page"],
    [["--version", "0"], "--version"],
    [["--time-zone", "Mars/Olympus"], "no time zone"],
  ])("called wrongly as %j says how to ask", async (args, words) => {
    const { code, error } = await runMasthead(api, ["report", "acme", ...args]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain(words);
    expect(api.seen).toEqual([]);
  });

  it("says where it cannot write", async () => {
    api.answer = () => ({ status: 200, body: "<page>" });
    const { code, error } = await runMasthead(api, ["report", "acme", "-o", join(folder, "none/a.html")]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain("cannot be written");
  });
});

describe("masthead reports", () => {
  it("lists what is sealed, with the sums by which it is known", async () => {
    const item = {
      period: "2025-12",
      status: "restated",
      sha256: "ab".repeat(32),
      sealedAt: report.generatedAt,
    };
    api.answer = () => ({ status: 200, body: { items: [{ ...item, version: 2 }], nextCursor: null } });
    const { out } = await runMasthead(api, ["reports", "list", "acme"]);
    expect(out).toMatch(/^2025-12 +2 +restated +2026-01-01T00:01:00Z +(ab){32}$/m);
    api.answer = () => ({ status: 200, body: { items: [], nextCursor: null } });
    expect((await runMasthead(api, ["reports", "list", "acme"])).out).toContain("is sealed yet");
  });

  it("has the bytes that the sum is of", async () => {
    const body = '{"canonical":"é"}';
    api.answer = () => ({ status: 200, body });
    await runMasthead(api, ["report", "acme", "2025-12", "-o", join(folder, "sealed.json")]);
    expect(readFileSync(join(folder, "sealed.json"), "utf8")).toBe(body);
    expect((await runMasthead(api, ["report", "acme", "2025-12", "--json"])).out).toBe(body);
  });
});
