import { expect, test } from "vitest";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { bitKey, nameBitIndex, nameKey } from "./policy-bytes.js";
import { PolicyTables } from "./policy-tables.js";
import { NAME_MAX_BYTES, RULE_BY_BIT, TABLE_SLOTS } from "./table-layout.js";

const make = () => {
  const session = new MemoryTables();
  return { session, tables: new PolicyTables({ session, labels: {}, findExecutables: () => [] }) };
};

const keep = (name: string) => ({ name, action: "keep" as const });

test("slots rotate, and one that is used again holds nothing of before", () => {
  const { session, tables } = make();
  for (let revision = 1; revision <= 3 * TABLE_SLOTS; revision += 1) {
    const spec = { headers: { request: [keep(`x-${revision}`)] }, targets: [{ port: revision }] };
    expect(tables.apply(policySet(revision, { one: spec })).ok).toBe(true);
  }
  expect(session.table("header_rules").size).toBe(TABLE_SLOTS);
  expect(session.table("port_items").size).toBe(TABLE_SLOTS);
});

test("of names that share a bit one is found by it, and of a slot that is used again none of before", () => {
  const { session, tables } = make();
  const [one, other] = ["set-cookie", "x-print"];
  expect(nameBitIndex(one)).toBe(nameBitIndex(other));
  const atBit = () => session.value("rules_by_bit", bitKey(1, nameBitIndex(one)));
  const headers = { request: [keep(other)], response: [{ name: one, action: "presence" as const }] };
  expect(tables.apply(policySet(1, { one: { headers } }))).toMatchObject({ ok: true });
  const name = atBit()?.toString("latin1", 0, NAME_MAX_BYTES).replace(/\0+$/, "") ?? "";
  expect([one, other]).toContain(name);
  expect(atBit()?.subarray(RULE_BY_BIT.rule)).toEqual(session.value("header_rules", nameKey(1, name)));
  for (let revision = 2; revision <= TABLE_SLOTS + 1; revision += 1) {
    tables.apply(policySet(revision, { one: { headers: { request: [keep("x-a")] } } }));
  }
  expect(atBit()).toEqual(Buffer.alloc(RULE_BY_BIT.bytes));
});

test("what a slot held is taken out when no run reads it any more", () => {
  const { session, tables } = make();
  const apply = (revision: number) =>
    tables.apply(policySet(revision, { one: { headers: { request: [keep("x-a")] } } }));
  for (let revision = 1; revision <= TABLE_SLOTS; revision += 1) apply(revision);
  session.operations.length = 0;
  apply(TABLE_SLOTS + 1);
  const steps = session.operations.filter((step) => /slots$|rules|synchronize/.test(step));
  expect(steps.slice(0, 5)).toEqual([
    "update slots",
    "update aggregate_slots",
    "synchronize",
    "update rules_by_bit",
    "delete header_rules",
  ]);
});
