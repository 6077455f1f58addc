import { ensureAdminKey } from "@masthead/api/features/auth/index";
import { FLEET } from "@masthead/api/platform/db/scope";
import type { KeyResource, KeyWithSecret } from "@masthead/shared/http/key-resource";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

let plane: TestControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());
/** Far ahead of when the admin's key is made, which is the real time. */
const NOW_US = Date.parse("2126-11-27T12:00:00Z") * 1_000;
const HOUR_US = 3_600_000_000;
beforeEach(() => {
  plane.clock.nowUs = NOW_US;
});

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const ask = async (key: string, path = "/v1/usage") => (await plane.request("GET", path, bearer(key))).status;
const post = (body: unknown, key = plane.adminKey) =>
  plane.request("POST", "/v1/keys", { body, headers: { authorization: `Bearer ${key}` } });
const make = async (body: object): Promise<KeyWithSecret> => {
  const response = await post({ name: "test", ...body });
  expect(response.status).toBe(201);
  return (await response.json()) as KeyWithSecret;
};
const rotate = (id: string, body?: object, key = plane.adminKey) =>
  plane.request("POST", `/v1/keys/${id}/rotate`, { body, headers: { authorization: `Bearer ${key}` } });
const remove = (id: string) => plane.request("DELETE", `/v1/keys/${id}`);
const problem = async (response: Response) => {
  const { status, code, errors } = (await response.json()) as {
    status: number;
    code: string;
    errors?: { pointer: string }[];
  };
  return { status, code, ...(errors ? { at: errors.map(({ pointer }) => pointer) } : {}) };
};

describe("keys", () => {
  it("are shown once, stored as a hash, and let in", async () => {
    const response = await post({ name: " billing export ", role: "viewer" });
    expect(response.headers.get("cache-control")).toBe("no-store");
    const made = (await response.json()) as KeyWithSecret;
    expect(response.headers.get("location")).toBe(`/v1/keys/${made.id}`);
    expect(made).toMatchObject({
      name: "billing export",
      role: "viewer",
      tenant: null,
      scopes: null,
      status: "active",
    });
    expect(made.key).toMatch(new RegExp(`^mh_${made.id}_[0-9a-f]{48}$`));
    const { key, ...resource } = made;
    expect(await (await plane.request("GET", `/v1/keys/${made.id}`)).json()).toEqual(resource);
    const dump = await plane.database.open("owner").sql`select to_json(k)::text as row from api_keys k`;
    expect(JSON.stringify(dump)).not.toContain(key.slice(-48));
    expect(await ask(key)).toBe(200);
    expect(await ask(`${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`)).toBe(401);
  });

  it("cannot have their hashes read by the app", async () => {
    const app = plane.database.open("app");
    for (const column of ["hash", "previous_hash", "*"]) {
      const read = app.transaction(FLEET, ({ sql }) => sql.unsafe(`select ${column} from api_keys`));
      await expect(read).rejects.toThrow("permission denied");
    }
    await expect(app.sql`select from key_requests`.execute()).rejects.toThrow("permission denied");
  });

  it("say on which day they were last used", async () => {
    const { id, key } = await make({ role: "viewer" });
    const lastUsedOn = async () =>
      ((await (await plane.request("GET", `/v1/keys/${id}`)).json()) as KeyResource).lastUsedOn;
    expect(await lastUsedOn()).toBeNull();
    await ask(key);
    expect(await lastUsedOn()).toBe("2126-11-27");
    plane.clock.nowUs += 24 * HOUR_US;
    await ask(key);
    expect(await lastUsedOn()).toBe("2126-11-28");
  });

  it("end when they expire", async () => {
    const { id, key } = await make({ role: "viewer", expiresAt: "2126-11-27T13:00:00Z" });
    plane.clock.nowUs = NOW_US + HOUR_US - 1;
    expect(await ask(key)).toBe(200);
    plane.clock.nowUs = NOW_US + HOUR_US;
    expect(await ask(key)).toBe(401);
    expect(await (await plane.request("GET", `/v1/keys/${id}`)).json()).toMatchObject({ status: "expired" });
    expect(await problem(await rotate(id))).toEqual({ status: 409, code: "conflict" });
  });

  it("end when they are deleted, and are gone from the list", async () => {
    const { id, key } = await make({ role: "viewer" });
    expect((await remove(id)).status).toBe(204);
    expect(await ask(key)).toBe(401);
    expect((await remove(id)).status).toBe(404);
    expect((await plane.request("GET", `/v1/keys/${id}`)).status).toBe(404);
    expect((await rotate(id)).status).toBe(404);
  });

  it("are listed page by page, the oldest first", async () => {
    for (let i = 0; i < 5; i++) {
      plane.clock.nowUs += 1;
      await make({ role: "viewer", name: `page ${i}` });
    }
    const names: string[] = [];
    let query = "?limit=2";
    for (;;) {
      const page = (await (await plane.request("GET", `/v1/keys${query}`)).json()) as {
        items: KeyResource[];
        nextCursor: string | null;
      };
      names.push(...page.items.map(({ name }) => name));
      if (page.nextCursor === null) break;
      query = `?limit=2&cursor=${page.nextCursor}`;
    }
    expect(names[0]).toBe("admin");
    expect(names.filter((name) => name.startsWith("page"))).toEqual([0, 1, 2, 3, 4].map((i) => `page ${i}`));
    expect(new Set(names).size).toBeGreaterThan(5);
  });

  it.each([
    [{ role: "viewer" }, ["/name"]],
    [{ name: "x\ny", role: "viewer" }, ["/name"]],
    [{ name: "x", role: "root" }, ["/role"]],
    [{ name: "x", role: "tenant" }, ["/tenant"]],
    [{ name: "x", role: "viewer", tenant: "acme" }, ["/tenant"]],
    [{ name: "x", role: "tenant", tenant: "unattributed" }, ["/tenant"]],
    [{ name: "x", role: "tenant", tenant: "a\u0000" }, ["/tenant"]],
    [{ name: "x", role: "tenant", tenant: "acme", scopes: ["usage:read", "keys:write"] }, ["/scopes/1"]],
    [{ name: "x", role: "viewer", scopes: [] }, ["/scopes"]],
    [{ name: "x", role: "viewer", scopes: ["everything"] }, ["/scopes/0"]],
    [{ name: "x", role: "viewer", expiresAt: "tomorrow" }, ["/expiresAt"]],
    [{ name: "x", role: "viewer", expiresAt: "2126-11-27T12:00:00Z" }, ["/expiresAt"]],
    [{ name: "x", role: "viewer", secret: "mine" }, [""]],
  ])("are refused where they make no sense: %j", async (body, at) => {
    expect(await problem(await post(body))).toEqual({ status: 422, code: "invalid_document", at });
  });
});

describe("rotation", () => {
  it("lets both secrets in until the overlap is over", async () => {
    const { id, key } = await make({ role: "viewer" });
    const rotated = (await (await rotate(id, { overlapMs: 60_000 })).json()) as KeyWithSecret;
    expect(rotated).toMatchObject({ id, previousSecretUntil: "2126-11-27T12:01:00.000000Z" });
    expect([await ask(key), await ask(rotated.key)]).toEqual([200, 200]);
    plane.clock.nowUs += 60_000_000;
    expect([await ask(key), await ask(rotated.key)]).toEqual([401, 200]);
  });

  it("has an hour of overlap where nothing is said", async () => {
    const { id } = await make({ role: "viewer" });
    expect(await (await rotate(id)).json()).toMatchObject({
      previousSecretUntil: "2126-11-27T13:00:00.000000Z",
    });
  });

  it("ends no secret early, unless it is asked to end all", async () => {
    const { id, key } = await make({ role: "viewer" });
    const second = (await (await rotate(id)).json()) as KeyWithSecret;
    expect(await problem(await rotate(id))).toEqual({ status: 409, code: "conflict" });
    expect([await ask(key), await ask(second.key)]).toEqual([200, 200]);
    const third = (await (await rotate(id, { overlapMs: 0 })).json()) as KeyWithSecret;
    expect([await ask(key), await ask(second.key), await ask(third.key)]).toEqual([401, 401, 200]);
  });

  it("takes no body for another than it is", async () => {
    const { id } = await make({ role: "viewer" });
    const form = {
      body: '{"overlapMs":0}',
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
    expect((await plane.request("POST", `/v1/keys/${id}/rotate`, form)).status).toBe(415);
    expect(await problem(await rotate(id, { overlapMs: -1 }))).toMatchObject({
      status: 422,
      at: ["/overlapMs"],
    });
  });
});

describe("who may hand out keys", () => {
  it("are admins, and nobody gives or takes over more than they hold", async () => {
    const clerk = await make({ role: "admin", scopes: ["keys:read", "keys:write", "usage:read"] });
    expect(await problem(await post({ name: "x", role: "viewer" }, clerk.key))).toEqual({
      status: 403,
      code: "forbidden",
    });
    const narrow = await post({ name: "x", role: "viewer", scopes: ["usage:read"] }, clerk.key);
    expect(narrow.status).toBe(201);
    expect((await rotate(plane.adminKey.slice(3, 19), {}, clerk.key)).status).toBe(403);
    expect((await rotate(((await narrow.json()) as KeyWithSecret).id, {}, clerk.key)).status).toBe(200);
    for (const role of ["editor", "viewer"]) {
      const { key } = await make({ role });
      expect((await post({ name: "x", role: "viewer" }, key)).status).toBe(403);
    }
  });

  it("always include one admin key that does not expire", async () => {
    const host = plane.adminKey.slice(3, 19);
    await make({ role: "admin", expiresAt: "2127-01-01T00:00:00Z" });
    await make({ role: "admin", scopes: ["keys:write"] });
    expect(await problem(await remove(host))).toEqual({ status: 409, code: "conflict" });
    const other = await make({ role: "admin" });
    const both = [host, other.id].map((id) => plane.request("DELETE", `/v1/keys/${id}`, bearer(other.key)));
    const statuses = (await Promise.all(both)).map(({ status }) => status).sort();
    expect(statuses[0]).toBe(204);
    expect([401, 409]).toContain(statuses[1]);
    const left = await plane.database.open("owner").sql`
      select id from api_keys where role = 'admin' and scopes is null and expires_at_us is null and revoked_at_us is null`;
    expect(left).toHaveLength(1);
    await plane.database.open("owner").sql`update api_keys set revoked_at_us = null where id = ${host}`;
  });

  it("a deleted key of the host stays deleted, however often the host starts", async () => {
    const key = `mh_${"ab".repeat(8)}_${"0".repeat(48)}`;
    await ensureAdminKey(plane.deps, key);
    expect(await ask(key)).toBe(200);
    expect((await remove("ab".repeat(8))).status).toBe(204);
    const warned: string[] = [];
    const log = { ...plane.deps.log, warn: (_: unknown, message: string) => warned.push(message) };
    await ensureAdminKey({ ...plane.deps, log }, key);
    expect(await ask(key)).toBe(401);
    expect(warned.join()).toContain("remove the file");
  });

  it("are written down with what they did", async () => {
    const { id, key } = await make({
      role: "tenant",
      tenant: "acme",
      scopes: ["usage:read"],
      name: "audited",
    });
    await rotate(id, { overlapMs: 0 });
    await remove(id);
    const response = await plane.request("GET", `/v1/audit?subject=key:${id}&order=oldest`);
    const { items } = (await response.json()) as { items: { action: string; detail: unknown }[] };
    expect(items.map(({ action, detail }) => [action, detail])).toEqual([
      [
        "key.create",
        { name: "audited", role: "tenant", tenant: "acme", scopes: ["usage:read"], expiresAt: null },
      ],
      ["key.rotate", { name: "audited", overlapMs: 0 }],
      ["key.delete", { name: "audited", role: "tenant" }],
    ]);
    expect(JSON.stringify(items)).not.toContain(key.slice(-48));
  });
});
