import { createHash, randomBytes } from "node:crypto";
import { PUBLIC_ONLY } from "@masthead/api/platform/outbound/allowed-hosts";
import { createSecrets } from "@masthead/api/platform/secrets";
import { httpOutbound } from "@masthead/api/resident/outbound-http";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type DeliveringTest, startDeliveringToReceiver, webhookSecret } from "./support/delivering.js";
import type { Received, Receiver } from "./support/receiver.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;
let tenant: string;
let count = 0;

beforeAll(async () => {
  ({ test, receiver } = await startDeliveringToReceiver(cleanup));
});
afterAll(() => cleanup.run());
beforeEach(() => {
  count += 1;
  tenant = `tenant-${count}`;
  receiver.received.length = 0;
  receiver.answer = 204;
  receiver.headers = {};
  test.clock.now = Date.now() / 1000;
});

const webhook = (secrets: string[], over: object = {}) =>
  test.add({ kind: "webhook", url: `${receiver.url}/hook`, tenantId: tenant, secrets, ...over });
const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const sealedBytes = async (period: string, version = 1) =>
  Buffer.from(
    await (await test.ask("GET", `/v1/tenants/${tenant}/reports/${period}?version=${version}`)).arrayBuffer(),
  );

describe("a webhook", () => {
  it("gets a report as it is sealed, signed with each key, and the report byte for byte", async () => {
    const keys = [webhookSecret(), webhookSecret()];
    await webhook(keys);
    const period = await test.sealed(tenant);
    expect(await test.deliver()).toEqual({ delivered: 1, failed: 0, dead: 0 });
    const [one, ...more] = receiver.received;
    if (!one) throw new Error("nothing came");
    expect([one.method, one.path, more.length]).toEqual(["POST", "/hook", 0]);
    for (const key of keys) {
      expect(() => new Webhook(key).verify(one.body, headersOf(one))).not.toThrow();
      const alone = headersOf(one)["webhook-signature"]?.split(" ") ?? [];
      expect(alone).toHaveLength(2);
    }
    expect(() => new Webhook(webhookSecret()).verify(one.body, headersOf(one))).toThrow();
    const sealed = await sealedBytes(period);
    expect(JSON.parse(one.body.toString())).toMatchObject({
      type: "report.sealed",
      data: {
        tenantId: tenant,
        period,
        version: 1,
        form: "json",
        sha256: createHash("sha256").update(sealed).digest("hex"),
        report: { totals: { requests: 1 } },
      },
    });
    expect(one.body.includes(sealed)).toBe(true);
    const [delivery] = await test.deliveries(tenant);
    expect(delivery).toMatchObject({
      id: headersOf(one)["webhook-id"],
      state: "delivered",
      attempts: 1,
      log: [{ attempt: 1, outcome: "delivered", status: 204, error: null }],
    });
    expect(await test.deliver()).toEqual({ delivered: 0, failed: 0, dead: 0 });
  });

  it("gets a restatement in a delivery of its own", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    await test.sealed(tenant, 4);
    await test.deliver();
    const types = receiver.received.map(({ body }) => JSON.parse(body.toString()).type).sort();
    expect(types).toEqual(["report.restated", "report.sealed"]);
    const ids = new Set(receiver.received.map((one) => headersOf(one)["webhook-id"]));
    expect(ids.size).toBe(2);
  });

  it("gets what it asked for and nothing else", async () => {
    await webhook([webhookSecret()], { forms: ["csv", "html"], statuses: ["restated"] });
    await webhook([webhookSecret()], { periods: ["month"] });
    await webhook([webhookSecret()], { enabled: false });
    await webhook([webhookSecret()], { tenantId: `${tenant}-other` });
    const period = await test.sealed(tenant);
    const received = () =>
      receiver.received
        .map(({ body }) => JSON.parse(body.toString()).data)
        .filter((data) => data.period === period);
    await test.deliver();
    expect(received()).toEqual([]);
    await test.sealed(tenant);
    await test.deliver();
    const data = received();
    expect(data.map(({ form }) => form).sort()).toEqual(["csv", "html"]);
    expect(data.find(({ form }) => form === "csv").content).toContain("total,");
    expect(data.find(({ form }) => form === "html").content).toContain("<!");
  });

  it("that fails is tried again, ever later, with one id and the same body, until it takes it", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    const waits: number[] = [];
    for (const answer of [500, 302, "cut", "hang"] as const) {
      receiver.answer = answer;
      receiver.headers = { location: `${receiver.url}/elsewhere` };
      expect(await test.deliver()).toEqual({ delivered: 0, failed: 1, dead: 0 });
      expect(await test.deliver()).toEqual({ delivered: 0, failed: 0, dead: 0 });
      const [delivery] = await test.deliveries(tenant);
      waits.push(Date.parse(delivery?.nextAttemptAt ?? "") / 1000 - test.clock.now);
      test.clock.now = Date.parse(delivery?.nextAttemptAt ?? "") / 1000;
    }
    expect(waits.map(Math.round)).toEqual([5, 20, 80, 320]);
    receiver.answer = 200;
    receiver.headers = {};
    expect(await test.deliver()).toEqual({ delivered: 1, failed: 0, dead: 0 });
    const [delivery] = await test.deliveries(tenant);
    expect(delivery?.log.map(({ outcome, status, error }) => [outcome, status, error])).toEqual([
      ["failed", 500, "the receiver answered 500"],
      ["failed", 302, "redirects are not followed"],
      ["failed", null, "the connection was reset"],
      ["failed", null, "no answer in time"],
      ["delivered", 200, null],
    ]);
    expect(receiver.received.map(({ path }) => path)).toEqual(Array(5).fill("/hook"));
    expect(new Set(receiver.received.map((one) => headersOf(one)["webhook-id"])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body.toString())).size).toBe(1);
    expect(new Set(receiver.received.map((one) => headersOf(one)["webhook-timestamp"])).size).toBe(5);
  });

  it("that says when to come back is left alone until then", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    const waits: number[] = [];
    // Dates in headers are of whole seconds.
    test.clock.now = Math.ceil(test.clock.now);
    const inAnHour = new Date((test.clock.now + 3_600) * 1_000).toUTCString();
    for (const [status, retryAfter] of [
      [429, "90"],
      [503, inAnHour],
      [503, "1"],
      [503, "soon"],
      [503, "999999999"],
    ] as const) {
      receiver.answer = status;
      receiver.headers = { "retry-after": retryAfter };
      expect(await test.deliver()).toEqual({ delivered: 0, failed: 1, dead: 0 });
      const [delivery] = await test.deliveries(tenant);
      const at = Date.parse(delivery?.nextAttemptAt ?? "") / 1_000;
      waits.push(Math.round(at - test.clock.now));
      test.clock.now = at;
    }
    expect(waits).toEqual([90, 3_510, 80, 320, 43_200]);
    receiver.answer = 204;
    receiver.headers = {};
    expect(await test.deliver()).toEqual({ delivered: 1, failed: 0, dead: 0 });
  });

  it("that never takes it makes a dead letter, which can be sent again", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    receiver.answer = 503;
    let dead = 0;
    let failed = 0;
    for (let n = 0; n < 20; n++) {
      const result = await test.deliver();
      dead += result.dead;
      failed += result.failed;
      test.clock.now += 13 * 3_600;
    }
    expect([failed, dead]).toEqual([11, 1]);
    const [delivery] = await test.deliveries(tenant);
    expect(delivery).toMatchObject({ state: "dead", attempts: 12 });
    const figures = async () => (await test.ask("GET", "/metrics")).text();
    expect(await figures()).toContain('masthead_deliveries{state="dead"} 1\n');
    receiver.answer = 200;
    const again = await test.ask("POST", `/v1/deliveries/${delivery?.id}/resend`);
    expect([again.status, ((await again.json()) as { state: string }).state]).toEqual([202, "pending"]);
    expect(await figures()).toContain('masthead_deliveries{state="pending"} 1\n');
    expect(await figures()).toMatch(/\nmasthead_delivery_pending_oldest_seconds \d{6}\n/);
    expect(await test.deliver()).toEqual({ delivered: 1, failed: 0, dead: 0 });
    expect(new Set(receiver.received.map((one) => headersOf(one)["webhook-id"]))).toEqual(
      new Set([delivery?.id]),
    );
    expect((await test.ask("POST", `/v1/deliveries/dlv_${"0".repeat(32)}/resend`)).status).toBe(404);
  });

  it("that says it is gone is not asked again", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    receiver.answer = 410;
    expect(await test.deliver()).toEqual({ delivered: 0, failed: 0, dead: 1 });
  });

  it("gets one delivery once where many deliver at once", async () => {
    await webhook([webhookSecret()], { forms: ["json", "csv", "html"] });
    await test.sealed(tenant);
    const results = await Promise.all([test.deliver(), test.deliver(), test.deliver()]);
    expect(results.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(3);
    expect(receiver.received).toHaveLength(3);
  });

  it("is not reached where its host is private and not allowed", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    await test.deliver({ send: httpOutbound(PUBLIC_ONLY) });
    expect(receiver.received).toEqual([]);
    const [delivery] = await test.deliveries(tenant);
    expect(delivery?.log[0]?.error).toContain("MASTHEAD_DELIVERY_HOSTS");
  });

  it("has no secrets that another key can open", async () => {
    await webhook([webhookSecret()]);
    await test.sealed(tenant);
    await test.deliver({ secrets: createSecrets(randomBytes(32)) });
    const [delivery] = await test.deliveries(tenant);
    expect([receiver.received.length, delivery?.log[0]?.error]).toEqual([
      0,
      "the destination's secrets were sealed by another key: put them again",
    ]);
  });
});
