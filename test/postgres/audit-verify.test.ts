import type { AuditEntry, AuditHead } from "@masthead/shared/audit/entry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandLine, startCommandLine } from "./support/command-line.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

let plane: TestControlPlane;
let command: CommandLine;
beforeAll(async () => {
  plane = await startControlPlane();
  command = await startCommandLine({
    answer: ({ method, path }) => plane.request(method, path),
    apiKey: plane.adminKey,
    nowMs: () => plane.clock.nowUs / 1_000,
  });
  for (let i = 0; i < 9; i++) {
    plane.clock.nowUs += 1_000_000;
    const made = await plane.request("POST", "/v1/keys", { body: { name: `key ${i}`, role: "viewer" } });
    expect(made.status).toBe(201);
  }
});
afterAll(async () => {
  await command?.stop();
  await plane?.stop();
});

const list = async (query: string) =>
  (await (await plane.request("GET", `/v1/audit${query}`)).json()) as {
    items: AuditEntry[];
    nextCursor: string | null;
    head: AuditHead;
  };
const seqs = async (query: string) => (await list(query)).items.map(({ seq }) => seq);

const masthead = (...args: string[]) => command.run(["audit", ...args]);

/** Changes the log as only its owner can, and afterwards puts back what was there. */
const tampered = async <T>(change: string, look: () => Promise<T>): Promise<T> => {
  const { sql } = plane.database.open("owner");
  await sql`alter table audit_log disable trigger all`;
  await sql`create table kept as select * from audit_log`;
  await sql`create table kept_head as select * from audit_head`;
  try {
    await sql.unsafe(change).simple();
    return await look();
  } finally {
    await sql`delete from audit_log`;
    await sql`insert into audit_log select * from kept`;
    await sql`update audit_head set seq = k.seq, hash = k.hash from kept_head k`;
    await sql`drop table kept, kept_head`;
    await sql`alter table audit_log enable trigger all`;
  }
};

describe("the audit log over REST", () => {
  it("is read newest or oldest first, page by page", async () => {
    expect(await seqs("")).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const first = await list("?order=oldest&limit=4");
    expect(first.items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await seqs(`?order=oldest&limit=9&cursor=${first.nextCursor}`)).toEqual([5, 6, 7, 8, 9]);
    expect(first.head).toEqual({ seq: 9, hash: (await list("?limit=1")).items[0]?.hash });
    expect((await plane.request("GET", `/v1/audit?cursor=${first.nextCursor}`)).status).toBe(400);
  });

  it("is searched by who, what, to what and when", async () => {
    const { items } = await list("");
    const [newest] = items;
    expect(await seqs(`?subject=${newest?.subject}`)).toEqual([9]);
    expect(await seqs("?action=key.create&limit=2")).toEqual([9, 8]);
    expect(await seqs("?action=key.delete")).toEqual([]);
    expect(await seqs(`?actor=${newest?.actor.id}`)).toHaveLength(9);
    expect(await seqs(`?from=${items[3]?.at}&to=${items[1]?.at}`)).toEqual([7, 6]);
    expect((await plane.request("GET", "/v1/audit?order=sideways")).status).toBe(400);
    expect((await plane.request("GET", "/v1/audit?who=me")).status).toBe(400);
  });

  it("has the head where nothing is found", async () => {
    expect(await list("?action=none")).toMatchObject({ items: [], nextCursor: null, head: { seq: 9 } });
  });
});

describe("masthead audit verify", () => {
  it("finds nothing wrong with a log that is whole, and prints its head", async () => {
    const { head } = await list("?limit=1");
    const { code, out } = await masthead("verify");
    expect(code).toBe(0);
    expect(out).toContain(`Head: ${head.seq}:${head.hash}`);
    expect((await masthead("verify", "--head", `${head.seq}:${head.hash}`)).code).toBe(0);
    expect((await masthead("list", "--limit", "3")).out.split("\n")).toHaveLength(4);
  });

  it.each([
    ["a row changed", "update audit_log set subject = 'key:0' where seq = 4", 4, "changed"],
    ["a time changed", "update audit_log set at_us = at_us - 1 where seq = 4", 4, "changed"],
    ["a detail changed", "update audit_log set detail = '{}' where seq = 1", 1, "changed"],
    ["a row deleted", "delete from audit_log where seq = 5", 5, "missing"],
    ["the first deleted", "delete from audit_log where seq = 1", 1, "missing"],
    ["the last deleted", "delete from audit_log where seq = 9", 9, "missing"],
  ])("says the first entry that does not fit: %s", async (_, change, seq, why) => {
    const found = await tampered(change, () => masthead("verify"));
    expect(found).toMatchObject({ code: 1, error: expect.stringContaining(`entry ${seq} does not fit`) });
    expect(found.error).toContain(why);
    expect((await masthead("verify")).code).toBe(0);
  });

  it("finds what was cut off the end with care only by a head that was remembered", async () => {
    const { head } = await list("?limit=1");
    const cut = `delete from audit_log where seq > 7;
      update audit_head set seq = 7, hash = (select hash from audit_log where seq = 7)`;
    const [without, withHead] = await tampered(cut, async () => [
      await masthead("verify"),
      await masthead("verify", "--head", `${head.seq}:${head.hash}`, "--json"),
    ]);
    expect(without).toMatchObject({ code: 0 });
    expect(withHead).toMatchObject({ code: 1 });
    expect(JSON.parse(withHead?.out ?? "")).toMatchObject({ ok: false, seq: 8 });
  });
});
