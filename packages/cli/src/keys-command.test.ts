import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset());

const KEY = {
  id: "0123456789abcdef",
  name: "acme's own",
  role: "tenant",
  tenant: "acme",
  scopes: null,
  createdAt: "2026-01-01T00:00:00.000000Z",
  createdBy: "system:host",
  expiresAt: "2026-04-01T00:01:00.000000Z",
  lastUsedOn: null,
  previousSecretUntil: null,
  status: "active",
};
const SECRET = `mh_${KEY.id}_${"5".repeat(48)}`;

describe("masthead keys", () => {
  it("creates one, and prints it alone where a pipe takes it", async () => {
    api.answer = () => ({ status: 201, body: { ...KEY, key: SECRET } });
    const args = [
      "keys",
      "create",
      "--name",
      KEY.name,
      "--role",
      "tenant",
      "--tenant",
      "acme",
      "--expires",
      "90d",
    ];
    const made = await runMasthead(api, [
      ...args,
      "--scope",
      "usage:read,reports:read",
      "--scope",
      "tenants:read",
    ]);
    expect(made).toMatchObject({ code: 0, out: `${SECRET}\n` });
    expect(made.error).toContain("only time");
    expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({
      name: KEY.name,
      role: "tenant",
      tenant: "acme",
      scopes: ["usage:read", "reports:read", "tenants:read"],
      expiresAt: "2026-04-01T00:01:00.000Z",
    });
    expect(JSON.parse((await runMasthead(api, [...args, "--json"])).out)).toEqual({ ...KEY, key: SECRET });
  });

  it("rotates one with the overlap that is asked for", async () => {
    const previousSecretUntil = "2026-01-02T00:01:00.000000Z";
    api.answer = () => ({ status: 200, body: { ...KEY, previousSecretUntil, key: SECRET } });
    const rotated = await runMasthead(api, ["keys", "rotate", KEY.id, "--overlap", "24h"]);
    expect(rotated).toMatchObject({ code: 0, out: `${SECRET}\n` });
    expect(rotated.error).toContain(previousSecretUntil);
    await runMasthead(api, ["keys", "rotate", KEY.id, "--overlap", "0"]);
    expect(api.seen.map(({ url, body }) => [url, body])).toEqual([
      [`/v1/keys/${KEY.id}/rotate`, '{"overlapMs":86400000}'],
      [`/v1/keys/${KEY.id}/rotate`, '{"overlapMs":0}'],
    ]);
  });

  it("lists and deletes", async () => {
    const expired = { ...KEY, role: "viewer", tenant: null, status: "expired", lastUsedOn: "2025-12-31" };
    api.answer = () => ({ status: 200, body: { items: [KEY, expired], nextCursor: null } });
    const { out } = await runMasthead(api, ["keys", "list"]);
    expect(
      out
        .split("\n")
        .slice(1, 3)
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      [KEY.id, KEY.name, "tenant acme", "", "never", "2026-04-01"].filter((cell) => cell !== ""),
      [KEY.id, KEY.name, "viewer", "", "2025-12-31", "expired"].filter((cell) => cell !== ""),
    ]);
    api.answer = () => ({ status: 204 });
    expect((await runMasthead(api, ["keys", "delete", KEY.id])).code).toBe(0);
    expect(api.seen.at(-1)).toMatchObject({ method: "DELETE", url: `/v1/keys/${KEY.id}` });
  });

  it.each([
    [["create", "--name", "x"]],
    [["create", "--name", "x", "--role", "root"]],
    [["create", "--name", "x", "--role", "viewer", "--expires", "soon"]],
    [["rotate", KEY.id, "--overlap", "1y"]],
  ])("is called wrongly: %j", async (args) => {
    expect((await runMasthead(api, ["keys", ...args])).code).toBe(2);
    expect(api.seen).toEqual([]);
  });
});
