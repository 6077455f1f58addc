import { plainArray, textArray } from "@masthead/api/platform/db/array-literal";
import { migrate } from "@masthead/api/platform/db/migrate";
import { FLEET, NO_TENANT, tenantScope } from "@masthead/api/platform/db/scope";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server?.stop());

describe("database", () => {
  test("a scope lasts as long as its transaction and no longer", async () => {
    const database = server.open("app");
    const read = () => database.sql`select current_user as role,
      nullif(current_setting('app.tenant_id', true), '') as tenant, nullif(current_setting('app.scope', true), '') as scope`;
    const inside = await database.transaction(tenantScope("a"), async ({ sql }) => {
      return sql`select current_setting('app.tenant_id', true) as tenant, current_setting('app.scope', true) as scope`;
    });
    expect(inside[0]).toEqual({ tenant: "a", scope: "" });
    expect((await read())[0]).toEqual({ role: "masthead_app", tenant: null, scope: null });
  });

  test("drizzle and the tagged template share the transaction", async () => {
    const database = server.open("app");
    const pid = await database.transaction(FLEET, async ({ sql, orm }) => {
      const [row] = await sql`select pg_backend_pid() as pid`;
      const rows = await orm.execute<{ pid: number }>("select pg_backend_pid() as pid");
      return [row?.["pid"], rows[0]?.pid];
    });
    expect(pid[0]).toBe(pid[1]);
  });

  test("what work throws rolls back and comes out", async () => {
    const database = server.open("owner");
    await database.sql`create temp table scratch (n int)`;
    const broken = database.transaction(NO_TENANT, async ({ sql }) => {
      await sql`insert into scratch values (1)`;
      throw new Error("changed my mind");
    });
    await expect(broken).rejects.toThrow("changed my mind");
    expect(await database.sql`select * from scratch`).toHaveLength(0);
  });

  test("array literals bring every character through", async () => {
    const database = server.open("app");
    const texts = ['a"b', "c\\d", "{e,f}", "", "NULL", null, "g\nh\té", "\u{1F600}"];
    const [row] = await database.sql`select to_jsonb(${textArray(texts)}::text[]) as texts,
      to_jsonb(${plainArray([1, null, 2.5])}::float8[]) as numbers`;
    expect(row).toEqual({ texts, numbers: [1, null, 2.5] });
  });
});

describe("migrations", () => {
  test("a second start applies nothing", async () => {
    expect(await migrate(server.ownerUrl)).toEqual([]);
  });

  test("two starters take turns", async () => {
    const own = server.open("owner");
    await own.sql`create database turns`;
    const url = new URL(server.ownerUrl);
    url.pathname = "/turns";
    const applied = await Promise.all([migrate(url.toString()), migrate(url.toString())]);
    expect(applied.flat().sort()).toEqual([...new Set(applied.flat())].sort());
    expect(applied.flat()).toContain("0001_roles.sql");
  });
});
