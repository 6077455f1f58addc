import type { ExchangeItem } from "@masthead/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterEach(() => api.reset());
afterAll(() => api.close());

const exchange = (id: string, time: string, over: Record<string, string | number> = {}): ExchangeItem => ({
  id,
  time: `2026-01-01T00:${time}.123456Z`,
  durationMs: 12.345,
  ttfbMs: 1,
  role: "server",
  attributes: {
    "tenant.id": "acme",
    "consumer.fingerprint": `fp:be45cb26:${"0123456789abcdef".repeat(2)}`,
    "service.name": "shop",
    "host.name": "web-1",
    "http.request.method": "GET",
    "url.path": "/v1/orders/17\u202e",
    "http.response.status_code": 200,
    ...over,
  },
});
const list = (...items: ExchangeItem[]) => ({ status: 200, body: { items, nextCursor: null } });
const questions = () => api.seen.map(({ url }) => new URL(url ?? "", "http://x").searchParams);

describe("masthead exchanges", () => {
  it("shows the newest, as they fit", async () => {
    api.answer = () =>
      list(exchange("2", "00:30", { "http.response.status_code": 503 }), exchange("1", "00:10"));
    const { out } = await runMasthead(api, ["exchanges"]);
    const lines = out.split("\n");
    expect(lines[1]).toMatch(
      /^2026-01-01 00:00:30\.123 {2}acme +01234567 +server +shop +web-1 +503 +12\.3 +GET +\/v1\/orders\/17\\u202e$/,
    );
    expect(lines).toHaveLength(4);
    const narrow = await runMasthead(api, ["exchanges"], { columns: 90 });
    expect(narrow.out).toContain("No room for CONSUMER, HOST");
    expect(narrow.out).toContain("/v1/orders");
  });

  it("asks for what is asked of it", async () => {
    api.answer = () => list();
    const args =
      "--tenant a --service b --host c --method POST --status 5xx --path /v1/* --role client --limit 7";
    const { out } = await runMasthead(api, [
      ...["exchanges", ...args.split(" ")],
      ...["--header", "X-Request-Id=a=b", "--header", "x-b=c", "--from", "2026-01-01"],
    ]);
    expect(out).toBe("No exchange fits.\n");
    expect(Object.fromEntries(questions()[0] ?? [])).toEqual({
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-02T00:00:00.000Z",
      tenant: "a",
      service: "b",
      host: "c",
      method: "POST",
      status: "5xx",
      path: "/v1/*",
      role: "client",
      limit: "7",
      "header.x-request-id": "a=b",
      "header.x-b": "c",
    });
  });

  it("follows what comes: each once, oldest first, late ones, too", async () => {
    const [one, two, late, three] = [
      exchange("1", "01:00"),
      exchange("2", "01:10"),
      exchange("late", "01:05"),
      exchange("3", "01:20"),
    ];
    const looks = [list(two, one), list(two, one), list(three, two, late, one)];
    const stop = new AbortController();
    api.answer = () => looks[Math.min(api.seen.length, looks.length) - 1] ?? list();
    const sleep = async () => {
      if (api.seen.length >= 3) stop.abort();
    };
    const { out } = await runMasthead(api, ["exchanges", "--follow", "--json"], { sleep, stop: stop.signal });
    const ids = out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as ExchangeItem).id);
    expect(ids).toEqual(["1", "2", "late", "3"]);
    expect(questions()[1]?.get("from")).toBe("2026-01-01T00:00:40.123Z");
  });

  it.each([
    [["--limit", "0"], "--limit"],
    [["--header", "x"], "name=value"],
    [["--role", "proxy"], "server, client"],
    [["--follow", "--to", "now"], "--follow"],
  ])("called wrongly as %j says how to ask", async (args, words) => {
    const { code, error } = await runMasthead(api, ["exchanges", ...args]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain(words);
    expect(api.seen).toEqual([]);
  });
});
