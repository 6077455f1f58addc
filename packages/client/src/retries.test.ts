import { DEFAULT_POLICY } from "@masthead/shared/policy/default-policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryAfterMs, waitMs } from "./back-off.js";
import { json, problem, scripted } from "./testing/recorded-api.js";

const empty = () => json(200, { items: [], nextCursor: null });
const refusedFetch = (): never => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });
};
/** Answers nothing until it is given up. */
const silent = ({ signal }: RequestInit): Promise<Response> =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

describe("a request that may be repeated", () => {
  it("is sent again, when the server asks for it or in growing spans", async () => {
    const { client, sent, waits } = scripted([
      () => problem(503, "unavailable", { "retry-after": "2" }),
      () => problem(429, "unknown_to_this_version"),
      () => new Response("<html>bad gateway", { status: 502 }),
      empty,
    ]);
    expect(await client.policies.list()).toEqual({ items: [], nextCursor: null });
    expect(sent).toHaveLength(4);
    expect(waits).toEqual([2_125, 250, 500]);
  });

  it("is given up after a number of attempts, with the last answer", async () => {
    const { client, sent } = scripted([() => problem(503, "unavailable")], { attempts: 2 });
    await expect(client.policies.list()).rejects.toMatchObject({ status: 503, code: "unavailable" });
    expect(sent).toHaveLength(2);
  });

  it("is given up at once where the server asks for more patience than a call has", async () => {
    const { client, sent } = scripted([() => problem(429, "unavailable", { "retry-after": "3600" })]);
    await expect(client.policies.list()).rejects.toMatchObject({ status: 429, retryAfterMs: 3_600_000 });
    expect(sent).toHaveLength(1);
  });

  it("is sent again where nobody answered, and names the reason in the end, but not the key", async () => {
    const { client, sent } = scripted([refusedFetch]);
    const error = await client.policies.list().catch((one: unknown) => one);
    expect(error).toMatchObject({
      reason: "no_answer",
      message: "no answer from http://masthead.test: ECONNREFUSED",
    });
    expect(JSON.stringify(error)).not.toContain("mh_secret");
    expect(sent).toHaveLength(4);
  });

  it("is not sent again for what will not pass", async () => {
    const { client, sent } = scripted([() => problem(404, "not_found"), empty]);
    await expect(client.policies.list()).rejects.toMatchObject({ code: "not_found" });
    expect(sent).toHaveLength(1);
  });

  it("is a change, too, where doing it twice is doing it once", async () => {
    const saved = { name: "a", revision: 1, updatedAt: "", document: DEFAULT_POLICY, published: true };
    const { client, sent } = scripted([() => problem(503, "unavailable"), () => json(200, saved)]);
    await client.policies.put("a", DEFAULT_POLICY);
    expect(sent).toHaveLength(2);
  });
});

it("a request that makes something is sent once", async () => {
  const { client, sent } = scripted([() => problem(503, "unavailable")]);
  await expect(client.agents.createCredentials("a")).rejects.toMatchObject({ status: 503 });
  expect(sent).toHaveLength(1);
});

describe("patience", () => {
  it("ends with the time of an attempt", async () => {
    const { client, sent } = scripted([silent], { timeoutMs: 1 });
    await expect(client.policies.list()).rejects.toMatchObject({
      reason: "timeout",
      message: "no answer from http://masthead.test within 1 ms",
    });
    expect(sent).toHaveLength(1);
  });

  it("ends with the caller's, in the middle of a request", async () => {
    const stop = new AbortController();
    const { client } = scripted([
      (init) => {
        queueMicrotask(() => stop.abort(new Error("enough")));
        return silent(init);
      },
    ]);
    await expect(client.policies.list({}, { signal: stop.signal })).rejects.toThrow("enough");
  });

  it("ends with the caller's, between two attempts", async () => {
    const stop = new AbortController();
    const { client, sent } = scripted([() => problem(503, "unavailable")], {
      sleep: undefined,
      random: () => {
        queueMicrotask(() => stop.abort(new Error("enough")));
        return 1;
      },
    });
    await expect(client.policies.list({}, { signal: stop.signal })).rejects.toThrow("enough");
    expect(sent).toHaveLength(1);
  });
});

describe("how long to wait", () => {
  it("is bounded, and as long as the server asks for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.option(fc.nat(100_000), { nil: undefined }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, asked, random) => {
          const wait = waitMs(attempt, asked, () => random);
          if (asked !== undefined && asked > 30_000) return wait === undefined;
          return wait !== undefined && wait >= (asked ?? 0) && wait <= 30_250;
        },
      ),
    );
  });

  it("is read from seconds and dates", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(retryAfterMs("7", now)).toBe(7_000);
    expect(retryAfterMs("Thu, 01 Jan 2026 00:00:05 GMT", now)).toBe(5_000);
    expect(retryAfterMs("Wed, 31 Dec 2025 00:00:05 GMT", now)).toBe(0);
    expect(retryAfterMs("soon", now)).toBeUndefined();
    expect(retryAfterMs(null, now)).toBeUndefined();
  });
});
