import { createHash } from "node:crypto";
import { recordChange, systemActor } from "@masthead/api/features/audit/index";
import type { Database } from "@masthead/api/platform/db/database";
import { FLEET, type Scope, tenantScope } from "@masthead/api/platform/db/scope";
import { canonicalJson } from "@masthead/shared/canonical-json";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase, type TestDatabase } from "./support/database.js";

let server: TestDatabase;
let app: Database;
let owner: Database;
beforeAll(async () => {
  server = await startTestDatabase();
  app = server.open("app");
  owner = server.open("owner");
});
afterAll(() => server?.stop());

const record = (database: Database, subject: string, scope: Scope = FLEET) =>
  database.transaction(scope, ({ sql }) =>
    recordChange(sql, {
      atUs: 1_795_000_000_000_001,
      actor: systemActor("test"),
      action: "thing.put",
      subject,
      detail: { b: 1.5, a: ["\u0000", "é\ud800"] },
    }),
  );
const rows = () => owner.sql<{ seq: number; subject: string; previous: string; hash: string }[]>`
  select seq, subject, encode(previous_hash, 'hex') as previous, encode(hash, 'hex') as hash
  from audit_log order by seq`;

describe("the audit log", () => {
  it("binds each entry to the one before, by the SHA-256 of its canonical JSON", async () => {
    await record(app, "thing:first");
    await record(app, "thing:second");
    const [first, second] = await rows();
    const text = canonicalJson({
      seq: 1,
      at: "2026-11-18T11:06:40.000001Z",
      actor: { id: "system:test", name: "test" },
      action: "thing.put",
      subject: "thing:first",
      detail: { a: ["\u0000", "é\ud800"], b: 1.5 },
      previousHash: "0".repeat(64),
    });
    expect(first?.hash).toBe(createHash("sha256").update(text).digest("hex"));
    expect(second?.previous).toBe(first?.hash);
  });

  it("has one order, however many write at once", async () => {
    const before = (await rows()).length;
    await Promise.all(Array.from({ length: 8 }, (_, i) => record(server.open("app"), `thing:${i}`)));
    const all = await rows();
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: before + 8 }, (_, i) => i + 1));
    for (const [i, { previous }] of all.entries()) expect(previous).toBe(all[i - 1]?.hash ?? "0".repeat(64));
  });

  it("has no entry of a change that was taken back", async () => {
    const before = await rows();
    const taken = app.transaction(FLEET, async ({ sql }) => {
      await recordChange(sql, { atUs: 1, actor: systemActor("test"), action: "x", subject: "x" });
      throw new Error("changed my mind");
    });
    await expect(taken).rejects.toThrow("changed my mind");
    expect(await rows()).toEqual(before);
  });

  it("can be added to and not changed: by the app for want of grants, by the owner for a trigger", async () => {
    const changes = [
      "update audit_log set subject = 'x'",
      "delete from audit_log",
      "truncate audit_log",
      "delete from audit_head",
      "truncate audit_head",
    ];
    for (const change of changes) {
      await expect(app.transaction(FLEET, ({ sql }) => sql.unsafe(change))).rejects.toThrow(
        "permission denied",
      );
      await expect(owner.sql.unsafe(change)).rejects.toThrow("append-only");
    }
    await expect(
      app.sql`alter table audit_log disable trigger audit_log_append_only`.execute(),
    ).rejects.toThrow("must be owner");
  });

  it("is neither seen nor written in a tenant's scope", async () => {
    const seen = app.transaction(tenantScope("a"), ({ sql }) => sql`select from audit_log`);
    expect(await seen).toHaveLength(0);
    await expect(record(app, "x", tenantScope("a"))).rejects.toThrow("not in sight");
  });
});
