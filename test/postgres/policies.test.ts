import { ensureDefaultPolicy } from "@masthead/api/features/policies/index";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { reconcile } from "@masthead/api/reconcile";
import { bucketDirectGetSubject, POLICY_BUCKET, POLICY_SET_KEY } from "@masthead/shared/subjects";
import { decodePolicySet } from "@masthead/shared/wire/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

let plane: TestControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
  await reconcile(plane.deps);
});
afterAll(() => plane.stop());

const policy = (name: string, spec: object = {}) => ({
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name },
  spec,
});
const put = (name: string, spec: object = {}, headers: Record<string, string> = {}) =>
  plane.request("PUT", `/v1/policies/${name}`, { body: policy(name, spec), headers });
const json = async (response: Response) =>
  (await response.json()) as Record<string, never> & { revision: number };
const problem = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as {
    code: string;
    detail: string;
    errors: { pointer: string; message: string }[];
  };
};
const fleetRevision = async () => {
  const [row] = await plane.database.open("owner").sql<
    { revision: number }[]
  >`select revision from policy_counter`;
  return row?.revision ?? -1;
};
const publishedSet = () =>
  withNatsConnection({ url: plane.nats.url, credentials: plane.nats.apiCredentials }, async (nats) =>
    decodePolicySet((await nats.request(bucketDirectGetSubject(POLICY_BUCKET, POLICY_SET_KEY))).data),
  );

describe("policies", () => {
  it("start with the default, which stays deleted", async () => {
    await ensureDefaultPolicy(plane.deps);
    await ensureDefaultPolicy(plane.deps);
    const before = await plane.request("GET", "/v1/policies/default");
    expect([before.status, before.headers.get("etag"), (await json(before)).revision]).toEqual([
      200,
      '"1"',
      1,
    ]);
    const gone = await plane.request("DELETE", "/v1/policies/default", { headers: { "if-match": '"1"' } });
    expect([gone.status, gone.headers.get("masthead-revision")]).toEqual([204, "2"]);
    await ensureDefaultPolicy(plane.deps);
    expect((await problem(await plane.request("GET", "/v1/policies/default"))).code).toBe("not_found");
    expect((await problem(await plane.request("DELETE", "/v1/policies/default"))).code).toBe("not_found");
  });

  it("take the next number of the fleet, and keep it for the same document", async () => {
    const from = await fleetRevision();
    const created = await put("one");
    expect([created.status, created.headers.get("etag"), created.headers.get("location")]).toEqual([
      201,
      `"${from + 1}"`,
      "/v1/policies/one",
    ]);
    expect(await json(created)).toMatchObject({ name: "one", revision: from + 1, published: true });
    const again = await put("one", { priority: 0 });
    expect([again.status, (await json(again)).revision]).toEqual([200, from + 1]);
    const changed = await put("one", { priority: 7 });
    expect([changed.status, (await json(changed)).revision]).toEqual([200, from + 2]);
    expect(await publishedSet()).toMatchObject({
      revision: from + 2,
      policies: [{ name: "one", revision: from + 2 }],
    });
  });

  it("go round as YAML", async () => {
    const got = await plane.request("GET", "/v1/policies/one", { headers: { accept: "application/yaml" } });
    const text = await got.text();
    expect(text).toContain("kind: CapturePolicy");
    const back = await plane.request("PUT", "/v1/policies/one", {
      body: text.replace("priority: 7", "priority: 8"),
      headers: { "content-type": "application/yaml; charset=utf-8" },
    });
    expect([back.status, (await json(back))["document"]]).toMatchObject([200, { spec: { priority: 8 } }]);
  });

  it("answer 304 to who has them already, and 406 to who wants another form", async () => {
    const etag = (await plane.request("GET", "/v1/policies/one")).headers.get("etag") ?? "";
    const same = await plane.request("GET", "/v1/policies/one", { headers: { "if-none-match": etag } });
    expect([same.status, await same.text()]).toEqual([304, ""]);
    const other = await plane.request("GET", "/v1/policies/one", { headers: { accept: "text/html" } });
    expect([other.status, (await problem(other)).code]).toEqual([406, "not_acceptable"]);
  });

  it("guard against lost updates", async () => {
    const from = await fleetRevision();
    const stale = await put("one", { priority: 9 }, { "if-match": '"1"' });
    expect([stale.status, (await problem(stale)).code]).toEqual([412, "precondition_failed"]);
    expect((await put("absent", {}, { "if-match": "*" })).status).toBe(412);
    expect((await put("one", {}, { "if-none-match": "*" })).status).toBe(412);
    expect((await problem(await put("one", {}, { "if-match": "12" }))).errors[0]?.pointer).toBe(
      "/header/if-match",
    );
    expect(await fleetRevision()).toBe(from);
  });

  it("let one of many writers through on one ETag", async () => {
    const etag = (await put("contended")).headers.get("etag") ?? "";
    const from = await fleetRevision();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => put("contended", { priority: i + 1 }, { "if-match": etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(412)]);
    expect(await fleetRevision()).toBe(from + 1);
  });

  it("give every change a number of its own, however many write", async () => {
    const from = await fleetRevision();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => put(`parallel-${i}`)));
    const revisions = await Promise.all(answers.map(async (answer) => (await json(answer)).revision));
    expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => from + 1 + i));
    const set = await publishedSet();
    expect([set.revision, set.policies.filter(({ name }) => name.startsWith("parallel-")).length]).toEqual([
      from + 12,
      12,
    ]);
  });

  it("are refused below the floor, with the header named", async () => {
    const response = await put("leaky", {
      headers: { request: [{ name: "Authorization", action: "keep" }] },
    });
    const { code, errors } = await problem(response);
    expect([response.status, code, errors[0]?.pointer]).toEqual([
      422,
      "invalid_document",
      "/spec/headers/request/0/action",
    ]);
    expect(errors[0]?.message).toContain("authorization");
  });

  it("are refused with a pointer where they are invalid", async () => {
    const unknown = await problem(await put("typo", { prioritee: 1 }));
    expect(unknown.errors).toEqual([
      { pointer: "/spec/prioritee", message: expect.stringContaining("priority") },
    ]);
    const renamed = await plane.request("PUT", "/v1/policies/other", { body: policy("one") });
    expect([renamed.status, (await problem(renamed)).errors[0]?.pointer]).toEqual([422, "/metadata/name"]);
    const named = await plane.request("PUT", "/v1/policies/UPPER", { body: policy("one") });
    expect([named.status, (await problem(named)).errors[0]?.pointer]).toEqual([400, "/path/name"]);
  });

  it.each([
    ["application/json", "{", 400, "unreadable_document"],
    ["application/json", new Uint8Array([0x22, 0xff, 0x22]), 400, "unreadable_document"],
    ["application/json", "null", 422, "invalid_document"],
    ["application/yaml", "a: [", 400, "unreadable_document"],
    ["application/yaml", "a: 1\na: 2\n", 400, "unreadable_document"],
    ["application/yaml", `${"[".repeat(20_000)}`, 400, "unreadable_document"],
    ["application/yaml", "- text", 422, "invalid_document"],
    ["text/csv", "a,b", 415, "unsupported_media_type"],
    ["application/json", `"${"x".repeat(600_000)}"`, 413, "payload_too_large"],
  ])("say what is wrong with a body: %s", async (type, body, status, code) => {
    const response = await plane.request("PUT", "/v1/policies/one", {
      body,
      headers: { "content-type": type },
    });
    expect([response.status, (await problem(response)).code]).toEqual([status, code]);
  });

  it("are listed page by page", async () => {
    const names: string[] = [];
    let cursor = "";
    do {
      const page = (await json(
        await plane.request("GET", `/v1/policies?limit=5${cursor && `&cursor=${cursor}`}`),
      )) as unknown as {
        items: { name: string }[];
        nextCursor: string | null;
      };
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor ?? "";
    } while (cursor);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toContain("parallel-11");
    expect(names).not.toContain("default");
    for (const query of ["limit=0", "limit=1001", "limit=x", "cursor=x"])
      expect((await plane.request("GET", `/v1/policies?${query}`)).status, query).toBe(400);
  });

  it("are written to the audit log as they change, and only then", async () => {
    const { revision } = await json(await put("audited"));
    await put("audited");
    await put("audited", { priority: "high" });
    await put("audited", {}, { "if-match": '"1"' });
    await plane.request("DELETE", "/v1/policies/audited");
    const owner = plane.database.open("owner");
    const entries = await owner.sql`
      select actor_id as actor, action, detail::text from audit_log where subject = 'policy:audited' order by seq`;
    const actor = `key:${plane.adminKey.slice(3, 19)}`;
    expect(entries).toEqual([
      { actor, action: "policy.put", detail: `{"revision":${revision}}` },
      { actor, action: "policy.delete", detail: `{"revision":${revision + 1}}` },
    ]);
  });

  it("come back when NATS comes back empty, and are saved while it is away", async () => {
    await plane.nats.stop();
    const saved = await json(await put("while-away"));
    expect(saved["published"]).toBe(false);
    expect((await plane.request("GET", "/readyz")).status).toBe(503);
    await plane.wipeNats();
    expect(await reconcile(plane.ingestDeps)).toMatchObject({
      published: true,
      made: expect.arrayContaining(["masthead_batches"]),
    });
    expect(await reconcile(plane.ingestDeps)).toEqual({ made: [], published: false });
    const set = await publishedSet();
    expect(set.revision).toBe(saved.revision);
    expect(set.policies.map(({ name }) => name)).toContain("while-away");
    expect((await plane.request("GET", "/readyz")).status).toBe(200);
  });

  it("are at most 64", async () => {
    const statuses = [];
    for (let i = 0; i < 64; i++) statuses.push((await put(`filler-${i}`)).status);
    const refused = await put("one-too-many");
    expect([refused.status, (await problem(refused)).code]).toEqual([409, "too_many_policies"]);
    expect(statuses.at(0)).toBe(201);
    expect((await publishedSet()).policies).toHaveLength(64);
  });
});
