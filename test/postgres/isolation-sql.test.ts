import type { Database } from "@masthead/api/platform/db/database";
import { FLEET, NO_TENANT, type Scope, tenantScope } from "@masthead/api/platform/db/scope";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANARY, startTwoTenants, TENANT, type TwoTenants } from "./support/two-tenants.js";

let world: TwoTenants;
let owner: Database;
let app: Database;
beforeAll(async () => {
  world = await startTwoTenants();
  owner = world.plane.database.open("owner");
  app = world.plane.database.open("app");
});
afterAll(() => world?.stop());

/** What everybody may know: until when which usage is held. Tells of nobody. */
const FOR_ALL = ["usage_horizon"];

/** Tables and views that the app may read some column of, and which columns. */
const readable = async (): Promise<Map<string, string[]>> => {
  const rows = await owner.sql<{ name: string; column: string }[]>`
    select c.relname as name, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0
      and not a.attisdropped and has_column_privilege('masthead_app', c.oid, a.attnum, 'select')
    order by c.relname, a.attnum`;
  const columns = new Map<string, string[]>();
  for (const { name, column } of rows) columns.set(name, [...(columns.get(name) ?? []), column]);
  return columns;
};

/** All that a scope can read, table by table, as text. */
const everything = async (scope: Scope): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const [name, columns] of await readable()) {
    const rows = await app.transaction(scope, ({ sql }) => sql`select ${sql(columns)} from ${sql(name)}`);
    if (rows.length > 0) found.set(name, JSON.stringify(rows));
  }
  return found;
};

describe("as masthead_app, in SQL", () => {
  it("the fleet sees both tenants and itself, so that there is something to hide", async () => {
    const all = await everything(FLEET);
    const text = [...all.values()].join();
    for (const canary of [...Object.values(CANARY), TENANT.own, TENANT.other]) expect(text).toContain(canary);
    const tables = [
      "exchanges",
      "usage_series",
      "usage_minute",
      "usage_quarter",
      "usage_day",
      "usage_month",
      "usage_quarter_summary",
      "usage_day_summary",
      "usage_month_summary",
      "epochs",
      "agents",
      "policies",
      "audit_log",
      "api_keys",
      "ledger",
    ];
    for (const table of tables) expect([...all.keys()]).toContain(table);
  });

  it("a tenant sees its own in every table and view, nothing of another's and nothing of the fleet's", async () => {
    const seen = await everything(tenantScope(TENANT.own));
    for (const [table, text] of seen)
      for (const secret of [TENANT.other, CANARY.other, CANARY.fleet])
        expect([table, text.includes(secret)]).toEqual([table, false]);
    expect([...seen.values()].join()).toContain(CANARY.own);
    const withTenants = await owner.sql<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where a.attname = 'tenant_id' and not a.attisdropped and c.relnamespace = 'public'::regnamespace`;
    const ofTenants = new Set(withTenants.map(({ name }) => name));
    expect([...seen.keys()].filter((table) => !ofTenants.has(table))).toEqual(FOR_ALL);
  });

  it("no scope and a tenant that is not there see nothing", async () => {
    for (const scope of [NO_TENANT, tenantScope(TENANT.nobody), tenantScope("fleet"), tenantScope("")])
      expect([...(await everything(scope)).keys()]).toEqual(FOR_ALL);
  });

  it("no partition can be read or written past its parent", async () => {
    const partitions = await owner.sql<{ name: string }[]>`
      select relname as name from pg_class
      where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
    expect(partitions.length).toBeGreaterThan(2);
    for (const { name } of partitions)
      for (const statement of ["select from", "delete from", "truncate"])
        await expect(app.sql.unsafe(`${statement} ${name}`)).rejects.toThrow("permission denied");
  });

  it("a tenant's transaction changes nothing, wherever the app may change something", async () => {
    const writable = await owner.sql<{ name: string; privilege: string; column: string }[]>`
      select c.relname as name, p.privilege, min(a.attname::text) as column
      from pg_class c, pg_attribute a, unnest(array['insert', 'update', 'delete']) as p (privilege)
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attrelid = c.oid and a.attnum > 0
        and case p.privilege when 'delete' then has_table_privilege('masthead_app', c.oid, 'delete')
          else has_column_privilege('masthead_app', c.oid, a.attnum, p.privilege) end
      group by 1, 2 order by 1, 2`;
    expect(writable.map(({ name, privilege }) => `${privilege} ${name}`)).toContain("update audit_head");
    for (const { name, privilege, column } of writable) {
      if (privilege === "insert") continue;
      const change = privilege === "delete" ? `delete from ${name}` : `update ${name} set ${column} = null`;
      const changed = await app.transaction(tenantScope(TENANT.own), ({ sql }) => sql.unsafe(change));
      expect([change, changed.count]).toEqual([change, 0]);
    }
  });
});

describe("catalogue", () => {
  it("what the app may insert or change is checked against its scope", async () => {
    const unchecked = await owner.sql`
      select tablename, policyname from pg_policies
      where schemaname = 'public' and 'masthead_app' = any (roles) and cmd <> 'SELECT'
        and coalesce(with_check, qual) !~ 'app\\.(scope|tenant_id)'`;
    expect(unchecked).toEqual([]);
  });

  it("what the app may read is chosen by its scope", async () => {
    const open = await owner.sql`
      select tablename, policyname from pg_policies
      where schemaname = 'public' and 'masthead_app' = any (roles) and cmd <> 'INSERT'
        and qual !~ 'app\\.(scope|tenant_id)'`;
    expect(open).toEqual([]);
    const toAnybody = await owner.sql`
      select tablename, policyname from pg_policies where schemaname = 'public' and roles && '{public}'`;
    expect(toAnybody).toEqual([]);
  });

  it("functions that run as the owner are these, with a path of their own, and nobody else may call them", async () => {
    const definers = await owner.sql<{ name: string; callers: string[] | null; path: string | null }[]>`
      select p.proname as name,
        (select array_to_json(array_agg(r.rolname order by r.rolname))
          from pg_roles r where r.rolname like 'masthead\\_%' and has_function_privilege(r.oid, p.oid, 'execute')) as callers,
        (select split_part(setting, '=', 2) from unnest(p.proconfig) as c (setting) where setting like 'search_path=%') as path
      from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace order by 1`;
    for (const { name, path } of definers) expect([name, path]).toEqual([name, "pg_catalog, pg_temp"]);
    const byTheApp = definers
      .filter(({ callers }) => callers?.includes("masthead_app"))
      .map(({ name }) => name);
    expect(byTheApp).toEqual(["authenticate_key"]);
    const byAnybody = await owner.sql`
      select proname from pg_proc p, aclexplode(p.proacl) a
      where p.prosecdef and p.pronamespace = 'public'::regnamespace and a.grantee = 0`;
    expect(byAnybody).toEqual([]);
  });

  it("the key's function tells nothing to whoever does not know the key", async () => {
    const ask = (id: string, hash: Buffer) =>
      app.sql`select * from authenticate_key(${id}, ${hash}, ${world.plane.clock.nowUs}, 1000000)`;
    const id = world.keys.other.slice(3, 19);
    expect(await ask(id, Buffer.alloc(32))).toHaveLength(0);
    expect(await ask("%", Buffer.alloc(32))).toHaveLength(0);
    expect(await ask(id, Buffer.alloc(0))).toHaveLength(0);
  });

  it("the app belongs to no other role, owns nothing, and bypasses nothing", async () => {
    const memberships = await owner.sql`
      select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname like 'masthead\\_%'`;
    expect(memberships).toEqual([]);
    const owned = await owner.sql`
      select classid::regclass, objid from pg_shdepend d join pg_roles r on r.oid = d.refobjid
      where d.deptype = 'o' and r.rolname like 'masthead\\_%'`;
    expect(owned).toEqual([]);
    const rights = await owner.sql`
      select rolname from pg_roles where rolname like 'masthead\\_%'
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`;
    expect(rights).toEqual([]);
    await expect(app.sql`create table mine (a int)`.execute()).rejects.toThrow("permission denied");
    await expect(app.sql`set role masthead_ingest`.execute()).rejects.toThrow("permission denied");
  });
});
