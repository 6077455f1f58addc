import { fileURLToPath } from "node:url";
import type { Database } from "@masthead/api/platform/db/database";
import { describeSchema } from "@masthead/api/platform/db/describe-schema";
import { ensurePartition } from "@masthead/api/platform/db/partitions.store";
import { FLEET, NO_TENANT, type Scope, tenantScope } from "@masthead/api/platform/db/scope";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBatch } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { commit } from "./support/ingest.js";

let server: TestDatabase;
let owner: Database;
let app: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  owner = server.open("owner");
  app = server.open("app");
  const ingest = server.open("ingest");
  const exchanges = ["a", "a", "b", 'it\'s "c"\\'].map((tenant) => ({ tenant }));
  const bad = { tenant: "a", path: "/\u0000" };
  await commit(ingest, [makeBatch({ seq: 1, exchanges: [...exchanges, bad] })]);
});
afterAll(() => server?.stop());

test("schema.sql is what the migrations make", async () => {
  const file = fileURLToPath(new URL("../../packages/api/schema.sql", import.meta.url));
  await expect(await describeSchema(server.ownerUrl)).toMatchFileSnapshot(file);
});

describe("catalogue", () => {
  test("a table of tenants is distributed by tenant_id: first in its primary key, in all that is unique, no foreign key", async () => {
    const wrong = await owner.sql`
      select c.relname, con.conname from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum > 0
      left join pg_constraint con on con.conrelid = c.oid and con.contype in ('p', 'u', 'f', 'x')
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and (con.oid is null or con.contype in ('f', 'x') or not a.attnum = any (con.conkey)
          or con.contype = 'p' and con.conkey[1] <> a.attnum)`;
    expect(wrong).toEqual([]);
    const unique = await owner.sql`
      select indexrelid::regclass from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'tenant_id'
      where i.indisunique and not a.attnum = any (i.indkey) and i.indrelid::regclass::text !~ '^pg_'`;
    expect(unique).toEqual([]);
  });

  test("a table of tenants is under row-level security, its partitions too", async () => {
    const [tables] = await owner.sql`
      select count(*)::int as n, count(*) filter (where relrowsecurity)::int as secured from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')`;
    expect(tables?.["n"]).toBeGreaterThan(7);
    expect(tables?.["secured"]).toBe(tables?.["n"]);
  });

  test("what the product's roles may touch is under row-level security, but for what tells of nobody", async () => {
    const bare = await owner.sql`
      select distinct c.relname as name from pg_class c, pg_roles r
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'f') and not c.relrowsecurity
        and r.rolname like 'masthead\\_%'
        and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate') order by 1`;
    expect(bare.map(({ name }) => name)).toEqual(["usage_horizon"]);
  });

  test("views ask as whoever reads them", async () => {
    const views = await owner.sql`
      select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
        and not coalesce('security_invoker=true' = any (reloptions), false)`;
    expect(views).toEqual([]);
  });

  test("the product's roles own nothing, bypass nothing, and have no grant on a partition", async () => {
    expect(
      await owner.sql`select rolname from pg_roles
        where rolname like 'masthead\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
    ).toEqual([]);
    expect(
      await owner.sql`select relname from pg_class join pg_roles r on r.oid = relowner where rolname like 'masthead\\_%'`,
    ).toEqual([]);
    const open = await owner.sql`
      select c.relname, r.rolname from pg_class c, pg_roles r
      where c.relispartition and c.relkind = 'r' and r.rolname like 'masthead\\_%'
        and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate')`;
    expect(open).toEqual([]);
  });
});

describe("a tenant sees a tenant", () => {
  const tables = ["exchanges", "usage_series", "usage_minute", "usage_windows", "usage_dirty"] as const;
  const tenantsIn = (database: Database, scope: Scope, table: string) =>
    database.transaction(scope, async ({ sql }) => {
      const rows = await sql<
        { tenant_id: string }[]
      >`select distinct tenant_id from ${sql(table)} order by 1`;
      return rows.map((row) => row.tenant_id);
    });

  test.each(tables)("in %s", async (table) => {
    const odd = 'it\'s "c"\\';
    expect(await tenantsIn(app, tenantScope("a"), table)).toEqual(["a"]);
    expect(await tenantsIn(app, tenantScope(odd), table)).toEqual([odd]);
    expect(await tenantsIn(app, tenantScope("nobody"), table)).toEqual([]);
    expect(await tenantsIn(app, FLEET, table)).toEqual(["a", "b", odd]);
    expect(await tenantsIn(app, NO_TENANT, table)).toEqual([]);
    expect(await app.sql`select * from ${app.sql(table)}`).toEqual([]);
  });

  test("what was set aside is the fleet's alone", async () => {
    const read = (scope: Scope) => app.transaction(scope, ({ sql }) => sql`select id from set_aside`);
    expect(await read(FLEET)).toHaveLength(1);
    expect(await read(tenantScope("a"))).toHaveLength(0);
  });

  test("a partition cannot be read past its table, and nothing can be written", async () => {
    const [partition] = await owner.sql<{ name: string }[]>`
      select relname as name from pg_class where relispartition and relname like 'exchanges%' and relkind = 'r' limit 1`;
    for (const database of [app, server.open("ingest")])
      await expect(database.sql`select * from ${database.sql(partition?.name ?? "")}`).rejects.toThrow(
        "permission denied",
      );
    await expect(app.sql`delete from exchanges`).rejects.toThrow("permission denied");
    await expect(app.sql`select ensure_partition('exchanges', '2030-01-01')`).rejects.toThrow(
      "permission denied",
    );
  });

  test("partitions are made of the tables that are listed, and of no other", async () => {
    const ingest = server.open("ingest");
    await expect(ingest.sql`select ensure_partition('batches', '2030-01-01')`).rejects.toThrow(
      "not a partitioned",
    );
    await expect(ingest.sql`select drop_partitions('pg_class', '2030-01-01')`).rejects.toThrow(
      "not a partitioned",
    );
    await Promise.all(
      [1, 2, 3].map(() => ensurePartition(server.open("ingest").sql, "exchanges", "2031-01-01")),
    );
  });
});
