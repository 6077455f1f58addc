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
});

const webhook = (secrets: string[]) =>
  test.add({ kind: "webhook", url: `${receiver.url}/hook`, tenantId: tenant, secrets });

describe("destinations", () => {
  const text = async (response: Response) => [response.status, await response.text()] as const;

  it("never show what they keep secret, which is not readable in the database either", async () => {
    const key = webhookSecret();
    const id = await webhook([key, webhookSecret()]);
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
    const key = webhookSecret();
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
    expect(() =>
      new Webhook(key).verify(one?.body ?? "", (one as Received).headers as Record<string, string>),
    ).not.toThrow();
  });

  it("that are deleted get nothing more", async () => {
    const id = await webhook([webhookSecret()]);
    await test.sealed(tenant);
    expect((await test.ask("DELETE", `/v1/destinations/${id}`)).status).toBe(204);
    expect(await test.deliver()).toEqual({ delivered: 0, failed: 0, dead: 0 });
    expect((await test.deliveries(tenant)).map(({ state }) => state)).toEqual(["cancelled"]);
    for (const method of ["GET", "DELETE"])
      expect((await test.ask(method, `/v1/destinations/${id}`)).status).toBe(404);
  });

  it("refuse a bucket whose endpoint has a query", async () => {
    const bucket = {
      name: "x",
      kind: "bucket",
      region: "eu-1",
      bucket: "reports",
      accessKeyId: "AKIA",
      secretAccessKey: "s",
    };
    const endpoint = "https://example.com/?x=1";
    const response = await test.ask("POST", "/v1/destinations", { ...bucket, endpoint });
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { errors: [{ pointer: "/endpoint" }] },
    ]);
  });

  it.each([
    ["a URL of a private network", { url: "https://10.1.2.3/hook" }, "/url"],
    ["a URL of this host", { url: "https://localhost/hook" }, "/url"],
    ["its name in full", { url: "https://localhost./hook" }, "/url"],
    ["the metadata service of a cloud", { url: "http://169.254.169.254/latest" }, "/url"],
    ["an address in hexadecimal", { url: "https://0x7f000002/" }, "/url"],
    ["IPv6 loopback", { url: "https://[::1]/" }, "/url"],
    ["IPv4 mapped into IPv6", { url: "https://[::ffff:10.0.0.1]/" }, "/url"],
    ["http", { url: "http://example.com/hook" }, "/url"],
    ["another scheme", { url: "ftp://example.com/hook" }, "/url"],
    ["a password", { url: "https://a:b@example.com/hook" }, "/url"],
    ["no URL", { url: "example.com" }, "/url"],
    ["a short secret", { secrets: ["whsec_abc"] }, "/secrets/0"],
    ["three secrets", { secrets: [webhookSecret(), webhookSecret(), webhookSecret()] }, "/secrets"],
    ["no secret", { secrets: undefined }, "/secrets"],
    ["an unknown form", { forms: ["pdf"] }, "/forms/0"],
    ["an unknown field", { colour: "red" }, ""],
  ])("refuse %s", async (_what, over, pointer) => {
    const document = {
      name: "x",
      kind: "webhook",
      url: "https://example.com/",
      secrets: [webhookSecret()],
      ...over,
    };
    const response = await test.ask("POST", "/v1/destinations", document);
    expect(response.status).toBe(422);
    const problem = (await response.json()) as { code: string; errors: { pointer: string }[] };
    expect([problem.code, problem.errors[0]?.pointer]).toEqual(["invalid_document", pointer]);
  });
});
