import type { TenantAttribution, TenantResource } from "@masthead/shared/http/tenant-resource";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, type Seen, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterEach(() => api.reset());
afterAll(() => api.close());

const ONE = `fp:be45cb26:${"1".repeat(32)}`;
const TWO = `fp:be45cb26:${"2".repeat(32)}`;
const acme: TenantResource = {
  id: "acme",
  name: "Acme\u001b[31m",
  labels: { plan: "gold" },
  fingerprints: [ONE],
  registered: true,
  firstSeenAt: "2025-12-01T00:00:00.000000Z",
  lastSeenAt: "2026-01-01T00:00:30.000000Z",
  requests: 12_345,
  revision: 7,
  createdAt: "2025-12-01T00:00:00.000000Z",
  updatedAt: "2025-12-01T00:00:00.000000Z",
};
const attribution: TenantAttribution = {
  tenant: "acme",
  range: { from: "2025-12-02T00:00:00.000000Z", to: "2026-01-02T00:00:00.000000Z" },
  requests: 1_000,
  sources: { policy: 700, ingest: 200, move: 100 },
  fingerprints: [{ fingerprint: ONE, ingest: 200, move: 100 }],
  moves: [
    {
      fingerprint: ONE,
      startedAt: "2026-01-01T00:00:00.000000Z",
      finishedAt: null,
      days: { done: 3, left: 9 },
      requests: 100,
      exchanges: 20,
    },
  ],
};
const known = ({ url, method }: Seen) =>
  url?.endsWith("/attribution")
    ? { status: 200, body: attribution }
    : method === "DELETE"
      ? { status: 204 }
      : { status: 200, body: acme };
const unknown = {
  status: 404,
  body: { type: "x", title: "There is no such resource", status: 404, code: "not_found" },
};
const put = () => JSON.parse(api.seen.find(({ method }) => method === "PUT")?.body ?? "null");

describe("masthead tenants", () => {
  it("lists who is registered and who was seen", async () => {
    const { revision: _r, createdAt: _c, updatedAt: _u, ...item } = acme;
    const seen = { ...item, id: "unattributed", name: null, registered: false, fingerprints: [] };
    api.answer = () => ({ status: 200, body: { items: [item, seen], nextCursor: null } });
    const { out } = await runMasthead(api, ["tenants", "list"]);
    expect(out).toMatch(/^acme +Acme\\u001b\[31m +yes +1 +12,345 +30 s ago$/m);
    expect(out).toMatch(/^unattributed +no +0 +12,345/m);
    expect(JSON.parse((await runMasthead(api, ["tenants", "list", "--json"])).out)).toHaveLength(2);
  });

  it("shows one, with what is attributed how", async () => {
    api.answer = known;
    const { out } = await runMasthead(api, ["tenants", "show", "acme"]);
    expect(out).toMatch(/by policy: +700 +70\.0 %/);
    expect(out).toMatch(/moved later: +100 +10\.0 %/);
    expect(out).toMatch(new RegExp(`^${ONE} +200 +100 +day 3 of 12$`, "m"));
    const json = JSON.parse((await runMasthead(api, ["tenants", "show", "acme", "--json"])).out);
    expect(json).toEqual({ ...acme, attribution });
  });

  it("changes what is named, at the revision that it read", async () => {
    api.answer = known;
    const args = ["tenants", "set", "acme", "--label", "plan=", "--label", "a=b=c", "--fingerprint", TWO];
    const { code, out } = await runMasthead(api, args);
    expect(code).toBe(EXIT.done);
    expect(out).toContain("follows within minutes: masthead tenants show acme");
    expect(put()).toEqual({ name: acme.name, labels: { a: "b=c" }, fingerprints: [ONE, TWO] });
    expect(api.seen.find(({ method }) => method === "PUT")?.headers["if-match"]).toBe('"7"');
  });

  it("registers who is not known", async () => {
    api.answer = (request) => (request.method === "GET" ? unknown : known(request));
    await runMasthead(api, ["tenants", "set", "acme", "--name", "Acme"]);
    expect(put()).toEqual({ name: "Acme", labels: {}, fingerprints: [] });
    expect(api.seen.find(({ method }) => method === "PUT")?.headers["if-none-match"]).toBe("*");
  });

  it("attributes fingerprints, takes them away and deletes, and says what stays", async () => {
    api.answer = known;
    const added = await runMasthead(api, ["tenants", "attribute", "acme", ONE, TWO]);
    expect(added.out).toContain("are acme's; what was counted before follows");
    expect(api.seen.map(({ method, body }) => [method, body])).toEqual([
      ["POST", JSON.stringify({ fingerprint: ONE })],
      ["POST", JSON.stringify({ fingerprint: TWO })],
    ]);
    const removed = await runMasthead(api, ["tenants", "attribute", "acme", ONE, "--remove"]);
    expect(removed.out).toContain("nothing is moved back");
    const deleted = await runMasthead(api, ["tenants", "delete", "a/b"]);
    expect(deleted.out).toContain("a/b is no longer registered; what was counted stays");
    expect(api.seen.at(-1)).toMatchObject({ method: "DELETE", url: "/v1/tenants/a%2Fb" });
  });

  it("lists callers whom no tenant is known for", async () => {
    const items = [
      { fingerprint: ONE, requests: 9_000, services: ["shop", "search"] },
      { fingerprint: null, requests: 10, services: [] },
    ];
    api.answer = () => ({ status: 200, body: { items, nextCursor: null, range: attribution.range } });
    const { out } = await runMasthead(api, ["tenants", "unknown", "--from", "7d"]);
    expect(out).toMatch(new RegExp(`^${ONE} +9,000 +shop, search$`, "m"));
    expect(out).toMatch(/^\(no credential\) +10$/m);
    expect(new URL(api.seen[0]?.url ?? "", "http://x").searchParams.get("from")).toBe(
      "2025-12-25T00:01:00.000Z",
    );
  });

  it.each([
    [["tenants", "set", "acme", "--label", "plan"]],
    [["tenants", "set", "acme", "--if-revision", "x"]],
    [["tenants", "attribute", "acme"]],
  ])("called wrongly as %j: exit code 2", async (args) => {
    expect((await runMasthead(api, args)).code).toBe(EXIT.usage);
  });

  it("helps with examples", async () => {
    expect((await runMasthead(api, ["tenants", "--help"])).out).toContain(
      "masthead tenants unknown --from 7d",
    );
    expect((await runMasthead(api, ["fingerprint", "--help"])).out).toContain(
      "masthead fingerprint < token.txt",
    );
  });
});
