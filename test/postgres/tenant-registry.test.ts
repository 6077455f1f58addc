import { FLEET, NO_TENANT, tenantScope } from "@masthead/api/platform/db/scope";
import { type TenantResource, tenantResourceSchema } from "@masthead/shared/http/tenant-resource";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fingerprint, startTenants, type TestTenants } from "./support/tenants.js";
import { bookParts, NOW, part } from "./support/usage-parts.js";

let tenants: TestTenants;
beforeAll(async () => {
  tenants = await startTenants(NOW * 1e6);
});
afterAll(() => tenants?.server.stop());
beforeEach(() => tenants.reset());

const get = async (id: string): Promise<TenantResource> => {
  const response = await tenants.request("GET", `/v1/tenants/${encodeURIComponent(id)}`);
  expect(response.status).toBe(200);
  return tenantResourceSchema.parse(await response.json());
};
const problem = async (response: Response) => {
  const body = (await response.json()) as {
    code: string;
    detail: string;
    errors?: { pointer: string; message: string }[];
  };
  return { status: response.status, ...body };
};

const ACME = { name: "Acme, Inc.", labels: { plan: "gold" }, fingerprints: [fingerprint(2), fingerprint(1)] };

describe("a registration", () => {
  it("is made, read, replaced and removed", async () => {
    const made = await tenants.request("PUT", "/v1/tenants/acme", ACME);
    expect([made.status, made.headers.get("location")]).toEqual([201, "/v1/tenants/acme"]);
    const acme = await get("acme");
    expect(acme).toMatchObject({
      id: "acme",
      name: "Acme, Inc.",
      labels: { plan: "gold" },
      fingerprints: [fingerprint(1), fingerprint(2)],
      registered: true,
      requests: 0,
      firstSeenAt: null,
      createdAt: "2026-11-23T12:07:30.000000Z",
    });
    tenants.clock.nowUs += 1_000_000;
    const changed = await tenants.put("acme", { name: "Acme" });
    tenants.clock.nowUs -= 1_000_000;
    expect(changed).toMatchObject({
      name: "Acme",
      labels: {},
      fingerprints: [],
      createdAt: acme.createdAt,
      updatedAt: "2026-11-23T12:07:31.000000Z",
    });
    expect((await tenants.request("DELETE", "/v1/tenants/acme")).status).toBe(204);
    expect((await tenants.request("GET", "/v1/tenants/acme")).status).toBe(404);
    expect((await tenants.request("DELETE", "/v1/tenants/acme")).status).toBe(404);
  });

  it("that says the same takes no revision, and one that was removed comes back at another", async () => {
    const before = await tenants.put("acme", ACME);
    expect(await tenants.put("acme", { ...ACME, fingerprints: [...ACME.fingerprints].reverse() })).toEqual(
      before,
    );
    await tenants.request("DELETE", "/v1/tenants/acme");
    expect((await tenants.put("acme", ACME))["revision"]).not.toBe(before["revision"]);
  });

  it("is guarded against a lost update", async () => {
    const first = await tenants.request("PUT", "/v1/tenants/acme", ACME);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"\d+"$/);
    const put = (headers: Record<string, string>, document: unknown = { name: "b" }) =>
      tenants.request("PUT", "/v1/tenants/acme", document, headers);
    expect((await put({ "if-none-match": "*" })).status).toBe(412);
    expect((await put({ "if-match": '"0"' })).status).toBe(412);
    expect((await put({ "if-match": etag })).status).toBe(200);
    const late = await put({ "if-match": etag });
    expect(late.status).toBe(412);
    const now = late.headers.get("etag") ?? "";
    const unchanged = await tenants.request("GET", "/v1/tenants/acme", undefined, { "if-none-match": now });
    expect(unchanged.status).toBe(304);
    const elsewhere = "/v1/tenants/acme/fingerprints";
    const added = await tenants.request(
      "POST",
      elsewhere,
      { fingerprint: fingerprint(9) },
      { "if-match": etag },
    );
    expect(added.status).toBe(412);
    const removed = await tenants.request("DELETE", "/v1/tenants/acme", undefined, { "if-match": etag });
    expect(removed.status).toBe(412);
  });

  it.each(["unattributed", "invalid", fingerprint(1), "fp:x", " a", "a\nb", "x".repeat(129)])(
    "cannot be of %j",
    async (id) => {
      const answer = await problem(await tenants.request("PUT", `/v1/tenants/${encodeURIComponent(id)}`, {}));
      expect(answer).toMatchObject({ status: 400, code: "invalid_parameters" });
      expect(answer.errors?.[0]?.pointer).toBe("/path/id");
    },
  );

  it.each<[what: string, unknown, number, string, string]>([
    ["no JSON", "{", 400, "unreadable_document", "not JSON"],
    ["unknown fields", { nmae: "a" }, 422, "/nmae", "nearest known one is name"],
    ["what is no fingerprint", { fingerprints: ["fp:truncated"] }, 422, "/fingerprints/0", "32 hex digits"],
    [
      "upper case",
      { fingerprints: [fingerprint(0xab).toUpperCase()] },
      422,
      "/fingerprints/0",
      "8 hex digits",
    ],
    ["one twice", { fingerprints: [fingerprint(1), fingerprint(1)] }, 422, "/fingerprints", "once"],
    [
      "too many",
      { fingerprints: Array.from({ length: 257 }, (_, n) => fingerprint(n)) },
      422,
      "/fingerprints",
      "256",
    ],
    ["labels that are no text", { labels: { a: 1 } }, 422, "/labels/a", "string"],
    ["control characters", { name: "a\u0000" }, 422, "/name", "control"],
    ["a list", [], 422, "the document", "object"],
  ])("cannot hold %s", async (_, document, status, where, words) => {
    const answer = await problem(await tenants.request("PUT", "/v1/tenants/acme", document));
    expect(answer.status).toBe(status);
    expect(`${answer.code} ${answer.detail}`).toContain(where);
    expect(answer.detail).toContain(words);
  });
});

describe("a fingerprint", () => {
  it("is added and taken away", async () => {
    await tenants.put("acme", { fingerprints: [fingerprint(1)] });
    const path = "/v1/tenants/acme/fingerprints";
    const added = await tenants.request("POST", path, { fingerprint: fingerprint(2) });
    expect(added.status).toBe(201);
    expect((await get("acme")).fingerprints).toEqual([fingerprint(1), fingerprint(2)]);
    expect(added.headers.get("etag")).toBe(`"${(await get("acme")).revision}"`);
    expect((await tenants.request("POST", path, { fingerprint: fingerprint(2) })).status).toBe(200);
    expect((await tenants.request("DELETE", `${path}/${fingerprint(1)}`)).status).toBe(204);
    expect((await tenants.request("DELETE", `${path}/${fingerprint(1)}`)).status).toBe(404);
    expect((await get("acme")).fingerprints).toEqual([fingerprint(2)]);
    expect((await tenants.request("DELETE", `${path}/secret`)).status).toBe(400);
  });

  it("needs a registration", async () => {
    const path = "/v1/tenants/nobody/fingerprints";
    const answer = await problem(await tenants.request("POST", path, { fingerprint: fingerprint(1) }));
    expect(answer).toMatchObject({ status: 404, detail: expect.stringContaining("PUT /v1/tenants/{id}") });
  });

  it("belongs to one tenant, also where two are registered at once", async () => {
    await tenants.put("acme", { fingerprints: [fingerprint(1)] });
    const answer = await problem(
      await tenants.request("PUT", "/v1/tenants/globex", { fingerprints: [fingerprint(2), fingerprint(1)] }),
    );
    expect(answer).toMatchObject({ status: 409, code: "conflict" });
    expect(answer.detail).toContain(`${fingerprint(1)} belongs to tenant acme`);
    expect(answer.detail).not.toContain(fingerprint(2));
    const at = Array.from({ length: 6 }, (_, n) =>
      tenants.request("PUT", `/v1/tenants/t${n}`, { fingerprints: [fingerprint(7)] }),
    );
    const statuses = (await Promise.all(at)).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409]);
  });
});

describe("the list", () => {
  it("has tenants that were seen and tenants that are registered, each once and in order", async () => {
    await bookParts(tenants.ingest, [part({ tenant: "b" }), part({ tenant: "c" })]);
    await tenants.put("a", ACME);
    await tenants.put("c", { name: "C" });
    await tenants.put("d");
    const found: TenantResource[] = [];
    let query = "?limit=1";
    for (;;) {
      const response = await tenants.request("GET", `/v1/tenants${query}`);
      const page = (await response.json()) as { items: TenantResource[]; nextCursor: string | null };
      found.push(...page.items);
      if (page.nextCursor === null) break;
      query = `?limit=1&cursor=${page.nextCursor}`;
    }
    expect(found.map(({ id, name, registered, requests }) => [id, name, registered, requests])).toEqual([
      ["a", "Acme, Inc.", true, 0],
      ["b", null, false, 1],
      ["c", "C", true, 1],
      ["d", null, true, 0],
    ]);
    expect(found[0]?.fingerprints).toEqual([fingerprint(1), fingerprint(2)]);
  });

  it("keeps a tenant with usage when its registration goes", async () => {
    await bookParts(tenants.ingest, [part({ tenant: "b" })]);
    await tenants.put("b", ACME);
    await tenants.request("DELETE", "/v1/tenants/b");
    expect(await get("b")).toMatchObject({ registered: false, name: null, fingerprints: [], requests: 1 });
  });
});

it("every change is in the audit log, one that changes nothing is not", async () => {
  const before = await tenants.owner.sql`select seq from audit_log`;
  await tenants.put("acme", { fingerprints: [fingerprint(1)] });
  await tenants.put("acme", { fingerprints: [fingerprint(1)] });
  await tenants.put("acme", { fingerprints: [fingerprint(2)] });
  await tenants.request("DELETE", "/v1/tenants/acme");
  const log = await tenants.owner.sql<{ action: string; subject: string; detail: string }[]>`
    select action, subject, detail::text from audit_log where seq > ${before.length} order by seq`;
  expect(log.map(({ action, subject }) => [action, subject])).toEqual([
    ["tenant.put", "tenant:acme"],
    ["tenant.put", "tenant:acme"],
    ["tenant.delete", "tenant:acme"],
  ]);
  expect(JSON.parse(log[1]?.detail ?? "")).toMatchObject({
    added: [fingerprint(2)],
    removed: [fingerprint(1)],
  });
  expect(JSON.parse(log[2]?.detail ?? "")).toEqual({ removed: [fingerprint(2)] });
});

it("a tenant's scope sees its own row of the registry, and can change nothing", async () => {
  await tenants.put("acme", ACME);
  await tenants.put("globex", { fingerprints: [fingerprint(3)] });
  const app = tenants.server.open("app");
  for (const table of ["tenants", "tenant_fingerprints", "tenant_moves"]) {
    const seen = async (scope: typeof FLEET) =>
      app.transaction(scope, async ({ sql }) => {
        const rows = await sql<
          { tenant_id: string }[]
        >`select distinct tenant_id from ${sql(table)} order by 1`;
        return rows.map((row) => row.tenant_id);
      });
    expect(await seen(FLEET)).toEqual(["acme", "globex"]);
    expect(await seen(tenantScope("acme"))).toEqual(["acme"]);
    expect(await seen(NO_TENANT)).toEqual([]);
  }
  const change = (scope: typeof FLEET) =>
    app.transaction(scope, ({ sql }) => sql`update tenants set name = 'x' returning tenant_id`);
  expect(await change(tenantScope("acme"))).toEqual([]);
  await expect(
    app.transaction(
      tenantScope("acme"),
      ({ sql }) => sql`insert into tenant_fingerprints values ('acme', ${fingerprint(8)}, 0)`,
    ),
  ).rejects.toThrow("row-level security");
});
