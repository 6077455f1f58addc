import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { PUBLIC_ONLY } from "@masthead/api/platform/outbound/allowed-hosts";
import { createSecrets } from "@masthead/api/platform/secrets";
import { httpOutbound } from "@masthead/api/resident/outbound-http";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type DeliveringTest, startDelivering } from "./support/delivering.js";
import { type Received, type Receiver, signatureFault, startReceiver } from "./support/receiver.js";

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;
let root: string;
let tenant: string;
let count = 0;
const secret = () => `whsec_${randomBytes(32).toString("base64")}`;

beforeAll(async () => {
  root = join(cleanup.folder(), "reports");
  mkdirSync(root);
  test = await startDelivering(root);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver?.stop();
  await test?.server.stop();
  await cleanup.run();
});
beforeEach(async () => {
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
    const keys = [secret(), secret()];
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
    expect(() => new Webhook(secret()).verify(one.body, headersOf(one))).toThrow();
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
    await webhook([secret()]);
    await test.sealed(tenant);
    await test.sealed(tenant, 4);
    await test.deliver();
    const types = receiver.received.map(({ body }) => JSON.parse(body.toString()).type).sort();
    expect(types).toEqual(["report.restated", "report.sealed"]);
    const ids = new Set(receiver.received.map((one) => headersOf(one)["webhook-id"]));
    expect(ids.size).toBe(2);
  });

  it("gets what it asked for and nothing else", async () => {
    await webhook([secret()], { forms: ["csv", "html"], statuses: ["restated"] });
    await webhook([secret()], { periods: ["month"] });
    await webhook([secret()], { enabled: false });
    await webhook([secret()], { tenantId: `${tenant}-other` });
    await test.sealed(tenant);
    await test.deliver();
    expect(receiver.received).toEqual([]);
    await test.sealed(tenant);
    await test.deliver();
    const data = receiver.received.map(({ body }) => JSON.parse(body.toString()).data);
    expect(data.map(({ form }) => form).sort()).toEqual(["csv", "html"]);
    expect(data.find(({ form }) => form === "csv").content).toContain("total,");
    expect(data.find(({ form }) => form === "html").content).toContain("<!");
  });

  it("that fails is tried again, ever later, with one id and the same body, until it takes it", async () => {
    await webhook([secret()]);
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

  it("that never takes it makes a dead letter, which can be sent again", async () => {
    await webhook([secret()]);
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
    receiver.answer = 200;
    const again = await test.ask("POST", `/v1/deliveries/${delivery?.id}/resend`);
    expect([again.status, ((await again.json()) as { state: string }).state]).toEqual([202, "pending"]);
    expect(await test.deliver()).toEqual({ delivered: 1, failed: 0, dead: 0 });
    expect(new Set(receiver.received.map((one) => headersOf(one)["webhook-id"]))).toEqual(
      new Set([delivery?.id]),
    );
    expect((await test.ask("POST", `/v1/deliveries/dlv_${"0".repeat(32)}/resend`)).status).toBe(404);
  });

  it("that says it is gone is not asked again", async () => {
    await webhook([secret()]);
    await test.sealed(tenant);
    receiver.answer = 410;
    expect(await test.deliver()).toEqual({ delivered: 0, failed: 0, dead: 1 });
  });

  it("gets one delivery once where many deliver at once", async () => {
    await webhook([secret()], { forms: ["json", "csv", "html"] });
    await test.sealed(tenant);
    const results = await Promise.all([test.deliver(), test.deliver(), test.deliver()]);
    expect(results.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(3);
    expect(receiver.received).toHaveLength(3);
  });

  it("is not reached where its host is private and not allowed", async () => {
    await webhook([secret()]);
    await test.sealed(tenant);
    await test.deliver({ send: httpOutbound(PUBLIC_ONLY) });
    expect(receiver.received).toEqual([]);
    const [delivery] = await test.deliveries(tenant);
    expect(delivery?.log[0]?.error).toContain("MASTHEAD_DELIVERY_HOSTS");
  });

  it("has no secrets that another key can open", async () => {
    await webhook([secret()]);
    await test.sealed(tenant);
    await test.deliver({ secrets: createSecrets(randomBytes(32)) });
    const [delivery] = await test.deliveries(tenant);
    expect([receiver.received.length, delivery?.log[0]?.error]).toEqual([
      0,
      "the destination's secrets were sealed by another key: put them again",
    ]);
  });
});

describe("a bucket", () => {
  it("gets an object signed by AWS Signature Version 4, at a place of its own for each version and form", async () => {
    const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    tenant = `té/${tenant} =1`;
    await test.add({
      kind: "bucket",
      endpoint: receiver.url,
      region: "eu-central-1",
      bucket: "reports",
      prefix: "masthead/",
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey,
      tenantId: tenant,
      forms: ["json", "csv"],
    });
    receiver.answer = 200;
    const period = await test.sealed(tenant);
    expect(await test.deliver()).toMatchObject({ delivered: 2 });
    const name = `t_c3_a9_2ftenant-${count}_20_3d1`;
    expect(receiver.received.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      `PUT /reports/masthead/${name}/${period}/v1.csv`,
      `PUT /reports/masthead/${name}/${period}/v1.json`,
    ]);
    for (const one of receiver.received) {
      expect(signatureFault(one, secretAccessKey)).toBeNull();
      expect(signatureFault(one, `${secretAccessKey}x`)).toBe("another signature");
    }
  });
});

describe("a folder", () => {
  it("gets whole files, and keeps every version", async () => {
    await test.add({ kind: "folder", path: "monthly/all", tenantId: tenant, forms: ["json", "html"] });
    const period = await test.sealed(tenant);
    await test.sealed(tenant);
    expect(await test.deliver()).toMatchObject({ delivered: 4 });
    const folder = join(root, "monthly/all", tenant, period);
    expect(readdirSync(folder).sort()).toEqual(["v1.html", "v1.json", "v2.html", "v2.json"]);
    expect(readFileSync(join(folder, "v1.json")).equals(await sealedBytes(period))).toBe(true);
  });

  it("does not lead out of its root", async () => {
    for (const path of ["..", "../x", "/etc", "a/../../b", "a//b", ".hidden", "a\u0000b"])
      expect((await test.ask("POST", "/v1/destinations", { name: "x", kind: "folder", path })).status).toBe(
        422,
      );
    symlinkSync("/tmp", join(root, "out"));
    await test.add({ kind: "folder", path: "out", tenantId: tenant });
    await test.sealed(tenant);
    await test.deliver();
    const [delivery] = await test.deliveries(tenant);
    expect(delivery?.log[0]).toMatchObject({ outcome: "failed", error: "the file could not be written" });
  });
});

describe("destinations", () => {
  const text = async (response: Response) => [response.status, await response.text()] as const;

  it("never show what they keep secret, which is not readable in the database either", async () => {
    const key = secret();
    const id = await webhook([key, secret()]);
    const list = await text(await test.ask("GET", "/v1/destinations?limit=1000"));
    const one = await text(await test.ask("GET", `/v1/destinations/${id}`));
    expect([list[0], one[0]]).toEqual([200, 200]);
    expect(JSON.parse(one[1])).toMatchObject({ kind: "webhook", secretCount: 2, revision: 1 });
    const rows = await test.owner.sql`select d::text as text, encode(secrets, 'escape') as secrets
      from destinations d where id = ${id}`;
    const audit = await test.owner
      .sql`select a::text as text from audit_log a where subject = ${`destination:${id}`}`;
    expect(audit).toHaveLength(1);
    for (const seen of [list[1], one[1], JSON.stringify(rows), JSON.stringify(audit)])
      expect(seen).not.toContain(key.slice(6, 30));
  });

  it("keep their secrets where a change does not name them, and guard against a lost update", async () => {
    const key = secret();
    const id = await webhook([key]);
    const change = { name: "renamed", kind: "webhook", url: `${receiver.url}/new`, tenantId: tenant };
    const put = (body: object, etag?: string) =>
      test.ask("PUT", `/v1/destinations/${id}`, body, etag ? { "if-match": etag } : {});
    const changed = await put(change, '"1"');
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"2"']);
    expect((await put(change, '"1"')).status).toBe(412);
    await test.sealed(tenant);
    await test.deliver();
    const [one] = receiver.received;
    expect(one?.path).toBe("/new");
    expect(() => new Webhook(key).verify(one?.body ?? "", headersOf(one as Received))).not.toThrow();
  });

  it("that are deleted get nothing more", async () => {
    const id = await webhook([secret()]);
    await test.sealed(tenant);
    expect((await test.ask("DELETE", `/v1/destinations/${id}`)).status).toBe(204);
    expect(await test.deliver()).toEqual({ delivered: 0, failed: 0, dead: 0 });
    expect((await test.deliveries(tenant)).map(({ state }) => state)).toEqual(["cancelled"]);
    for (const method of ["GET", "DELETE"])
      expect((await test.ask(method, `/v1/destinations/${id}`)).status).toBe(404);
  });

  it.each([
    ["a URL of a private network", { url: "https://10.1.2.3/hook" }, "/url"],
    ["a URL of this host", { url: "https://localhost/hook" }, "/url"],
    ["the metadata service of a cloud", { url: "http://169.254.169.254/latest" }, "/url"],
    ["an address in hexadecimal", { url: "https://0x7f000002/" }, "/url"],
    ["IPv6 loopback", { url: "https://[::1]/" }, "/url"],
    ["IPv4 mapped into IPv6", { url: "https://[::ffff:10.0.0.1]/" }, "/url"],
    ["http", { url: "http://example.com/hook" }, "/url"],
    ["another scheme", { url: "ftp://example.com/hook" }, "/url"],
    ["a password", { url: "https://a:b@example.com/hook" }, "/url"],
    ["no URL", { url: "example.com" }, "/url"],
    ["a short secret", { secrets: ["whsec_abc"] }, "/secrets/0"],
    ["three secrets", { secrets: [secret(), secret(), secret()] }, "/secrets"],
    ["no secret", { secrets: undefined }, "/secrets"],
    ["an unknown form", { forms: ["pdf"] }, "/forms/0"],
    ["an unknown field", { colour: "red" }, ""],
  ])("refuse %s", async (_what, over, pointer) => {
    const document = {
      name: "x",
      kind: "webhook",
      url: "https://example.com/",
      secrets: [secret()],
      ...over,
    };
    const response = await test.ask("POST", "/v1/destinations", document);
    expect(response.status).toBe(422);
    const problem = (await response.json()) as { code: string; errors: { pointer: string }[] };
    expect([problem.code, problem.errors[0]?.pointer]).toEqual(["invalid_document", pointer]);
  });
});

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
