import type { DeliveryDetail } from "@masthead/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, type Seen, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterEach(() => api.reset());
afterAll(() => api.close());

const idOf = (n: number): string => `dlv_${String(n).repeat(32)}`;
const delivery = (n: number, over: Partial<DeliveryDetail> = {}): DeliveryDetail => ({
  id: idOf(n),
  destinationId: "dst_0123456789abcdef",
  tenantId: "acme",
  period: "2025-12",
  version: 2,
  form: "json",
  state: "dead",
  attempts: 12,
  nextAttemptAt: null,
  createdAt: "2026-01-01T00:00:00.000000Z",
  settledAt: "2026-01-01T00:00:30.000000Z",
  log: [
    {
      ...{ attempt: 11, startedAt: "2025-12-31T12:00:00.123456Z", durationMs: null },
      ...{ outcome: null, status: null, error: null },
    },
    {
      ...{ attempt: 12, startedAt: "2026-01-01T00:00:15.123456Z", durationMs: 1_234 },
      ...{ outcome: "failed", status: 503, error: "the receiver\u001b[31m answered 503" },
    },
  ],
  ...over,
});
const items = (...all: DeliveryDetail[]) => ({
  status: 200,
  body: { items: all.map(({ log: _, ...item }) => item), nextCursor: null },
});
const refusal = (status: number, code: string, headers = {}) => ({
  status,
  headers,
  body: { title: code, code },
});
const masthead = (args: string[], sleep?: (ms: number) => Promise<void>) =>
  runMasthead(api, ["deliveries", ...args], sleep && { sleep });
const asked = () => api.seen.map(({ method, url }) => `${method} ${url}`);

describe("masthead deliveries", () => {
  it("lists the newest, those that are asked for", async () => {
    const pending = { state: "pending", attempts: 1, nextAttemptAt: "2026-01-01T00:01:05.000000Z" } as const;
    api.answer = () => items(delivery(2, pending), delivery(1));
    const args = ["list", "--state", "dead", "--destination", "dst_1", "--tenant", "a/b", "--limit", "2"];
    const { out } = await masthead(args);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["ID", "STATE", "TENANT", "PERIOD", "VERSION", "FORM", "DESTINATION", "ATTEMPTS", "NEXT ATTEMPT"],
      [idOf(2), "pending", "acme", "2025-12", "2", "json", "dst_0123456789abcdef", "1"].concat(
        "2026-01-01T00:01:05Z",
      ),
      [idOf(1), "dead", "acme", "2025-12", "2", "json", "dst_0123456789abcdef", "12"],
      [""],
    ]);
    expect(asked()).toEqual(["GET /v1/deliveries?limit=2&state=dead&destination=dst_1&tenant=a%2Fb"]);
    expect(JSON.parse((await masthead(["list", "--json", "--limit", "1"])).out)).toHaveLength(1);
    api.answer = () => items();
    expect((await masthead(["list"])).out).toBe("No delivery fits.\n");
  });

  it("shows one, with each attempt and why it failed", async () => {
    api.answer = () => ({ status: 200, body: delivery(1) });
    const { out } = await masthead(["show", idOf(1)]);
    expect(out).toMatch(/^state: +dead: given up, until it is sent again$/m);
    expect(out).toMatch(/^report: +2025-12, version 2, as json$/m);
    expect(out).toMatch(/^ +11 {2}2025-12-31T12:00:00Z +not known$/m);
    expect(out).toMatch(
      /^ +12 {2}2026-01-01T00:00:15Z +1234 +failed +503 +the receiver\\u001b\[31m answered/m,
    );
    expect(JSON.parse((await masthead(["show", idOf(1), "--json"])).out)).toEqual(delivery(1));
  });

  it("sends those again that are named", async () => {
    api.answer = () => ({ status: 202, body: delivery(1, { state: "pending" }) });
    const { code, out } = await masthead(["resend", idOf(1), idOf(2)]);
    expect([code, out]).toEqual([EXIT.done, `${idOf(1)} is due now\n`.repeat(2)]);
    expect(asked()).toEqual([1, 2].map((n) => `POST /v1/deliveries/${idOf(n)}/resend`));
  });

  it.each([
    [["resend"], "which ones?"],
    [["resend", "--dead", "dlv_1"], "not both"],
    [["resend", "dlv_1", "--tenant", "acme"], "narrow --dead"],
    [["list", "--state", "lost"], "dead"],
    [["list", "--limit", "0"], "whole number"],
  ])("called wrongly as %j says how", async (args, words) => {
    const { code, error } = await masthead(args);
    expect([code, error]).toEqual([EXIT.usage, expect.stringContaining(words)]);
    expect(api.seen).toEqual([]);
  });

  it("helps with examples", async () => {
    expect((await masthead(["--help"])).out).toContain("masthead deliveries list --state dead");
    expect((await masthead(["resend", "--help"])).out).toContain("masthead deliveries resend --dead");
  });
});

describe("masthead deliveries resend --dead", () => {
  const dead = [1, 2, 3].map((n) => delivery(n));
  const answering =
    (resend: (id: string, request: Seen) => ReturnType<FakeApi["answer"]>) => (request: Seen) =>
      request.method === "GET" ? items(...dead) : resend(request.url?.split("/")[3] ?? "", request);
  const sent = (id: string) => ({ status: 202, body: { ...delivery(1, { state: "pending" }), id } });

  it("sends all dead letters again, less those whose destination is gone", async () => {
    api.answer = answering((id) => (id === idOf(2) ? refusal(404, "not_found") : sent(id)));
    const { code, out } = await masthead(["resend", "--dead", "--destination", "dst_1", "--json"]);
    expect(code).toBe(EXIT.done);
    expect((JSON.parse(out) as DeliveryDetail[]).map(({ id }) => id)).toEqual([idOf(1), idOf(3)]);
    expect(asked()[0]).toBe("GET /v1/deliveries?limit=1000&state=dead&destination=dst_1");
    api.answer = () => items();
    expect((await masthead(["resend", "--dead"])).out).toBe("There is no dead letter.\n");
  });

  it("waits where it asks too often, as long as it is told", async () => {
    const waits: number[] = [];
    let refused = 0;
    api.answer = answering((id) => {
      if (id !== idOf(2) || refused === 2) return sent(id);
      refused++;
      return refusal(429, "too_many_requests", { "retry-after": "7" });
    });
    const { code, out } = await masthead(["resend", "--dead"], async (ms) => void waits.push(ms));
    expect([code, out.split("\n")]).toEqual([EXIT.done, [...dead.map(({ id }) => `${id} is due now`), ""]]);
    expect(waits).toEqual([7_000, 7_000]);
  });

  it("says how far it came where it cannot go on", async () => {
    api.answer = answering((id) => (id === idOf(3) ? refusal(429, "too_many_requests") : sent(id)));
    const { code, error } = await masthead(["resend", "--dead"], async () => {});
    expect(code).toBe(EXIT.refused);
    expect(error).toContain("2 of 3 are due now");
    expect(error).toContain("too_many_requests");
    expect(asked().filter((one) => one.includes(idOf(3)))).toHaveLength(5);
  });
});
