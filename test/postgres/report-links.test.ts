import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type DeliveringTest, startDelivering } from "./support/delivering.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let tenant: string;
let count = 0;

beforeAll(async () => {
  test = await startDelivering(cleanup.folder());
  cleanup.add(() => test.server.stop());
});
afterAll(() => cleanup.run());
beforeEach(() => {
  count += 1;
  tenant = `tenant-${count}`;
});

const sealedBytes = async (period: string) =>
  Buffer.from(
    await (await test.ask("GET", `/v1/tenants/${tenant}/reports/${period}?version=1`)).arrayBuffer(),
  );

describe("a link", () => {
  const make = async (period: string, order: object = {}) =>
    test.ask("POST", `/v1/tenants/${tenant}/reports/${period}/links`, order);
  const follow = (url: string) => test.ask("GET", url.slice(url.indexOf("/shared")));

  it("leads to its report without a key, in its form, and to no store", async () => {
    const period = await test.sealed(tenant);
    const response = await make(period, { form: "json" });
    expect(response.status).toBe(201);
    const { url, version } = (await response.json()) as { url: string; version: number };
    expect(version).toBe(1);
    const answer = await follow(url);
    expect(Buffer.from(await answer.arrayBuffer()).equals(await sealedBytes(period))).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "private, no-store",
      "referrer-policy": "no-referrer",
    });
    const html = (await (await make(period)).json()) as { url: string };
    expect((await follow(html.url)).headers.get("content-type")).toContain("text/html");
  });

  it("is good for its version for ever, until it expires or is revoked", async () => {
    const period = await test.sealed(tenant);
    const { url } = (await (await make(period, { form: "json", expiresInSeconds: 60 })).json()) as {
      url: string;
    };
    await test.sealed(tenant);
    expect(await (await follow(url)).json()).toMatchObject({ version: 1 });
    test.clock.now += 61;
    expect((await follow(url)).status).toBe(404);
    test.clock.now -= 61;
    expect((await follow(url)).status).toBe(200);
    expect((await test.ask("DELETE", `/v1/tenants/${tenant}/reports/links`)).status).toBe(204);
    expect((await follow(url)).status).toBe(404);
    const { url: later } = (await (await make(period)).json()) as { url: string };
    expect((await follow(later)).status).toBe(200);
  });

  it("cannot be made up", async () => {
    const period = await test.sealed(tenant);
    const { url } = (await (await make(period, { form: "json" })).json()) as { url: string };
    const token = new URL(url).searchParams.get("token") ?? "";
    const [payload = "", signature = ""] = token.split(".");
    const grant = JSON.parse(Buffer.from(payload, "base64url").toString());
    const other = Buffer.from(JSON.stringify({ ...grant, tenantId: "tenant-1" })).toString("base64url");
    for (const forged of [`${other}.${signature}`, `${payload}.${"A".repeat(43)}`, payload, "", "a.b", "é"])
      expect((await test.ask("GET", `/shared/report?token=${encodeURIComponent(forged)}`)).status).toBe(404);
  });

  it("is made of sealed reports only", async () => {
    await test.book(tenant, new Date().toISOString().slice(0, 10).concat("T00:00:00Z"));
    const response = await make(new Date().toISOString().slice(0, 10));
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([409, "conflict"]);
    expect((await make("2026-13")).status).toBe(400);
  });
});
