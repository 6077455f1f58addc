import { describe, expect, test } from "vitest";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { executableKey } from "./policy-bytes.js";
import { PolicyTables, type PolicyTablesOptions } from "./policy-tables.js";

const make = (findExecutables: PolicyTablesOptions["findExecutables"] = () => []) => {
  const session = new MemoryTables();
  return { session, tables: new PolicyTables({ session, labels: {}, findExecutables }) };
};

describe("an executable's number", () => {
  const GATEWAY = { device: 8, inode: 42, bornNs: 1n };
  const set = policySet(1, {
    a: { targets: [{ executable: "/usr/sbin/nginx" }, { executable: "/opt/**" }] },
  });
  const named = (slot: number, session: MemoryTables) =>
    session.value("executable_items", executableKey(slot, GATEWAY))?.readBigUInt64LE();

  test("that another file got says nothing of that one, and still does not when the set is put in force again", () => {
    const onDisk = [{ ...GATEWAY, path: "/usr/sbin/nginx" }];
    const { session, tables } = make((glob) => (glob === "/usr/sbin/nginx" ? onDisk : []));
    tables.apply(set);
    expect(named(1, session)).toBe(0b01n);
    const other = { ...GATEWAY, bornNs: 2n };
    expect(tables.addExecutable(other, "/usr/bin/other")).toBe(true);
    expect([named(1, session), tables.asksAbout(other)]).toEqual([undefined, false]);
    tables.renew();
    expect([named(2, session), tables.asksAbout(other)]).toEqual([undefined, false]);
    expect(tables.addExecutable({ ...GATEWAY, bornNs: 3n }, "/opt/app")).toBe(true);
    tables.renew();
    expect(named(3, session)).toBe(0b10n);
  });

  test("stands for all names of its file, of whatever container", () => {
    const { session, tables } = make();
    tables.apply(set);
    expect(tables.addExecutable(GATEWAY, "/opt/app")).toBe(true);
    expect(tables.addExecutable(GATEWAY, "/app")).toBe(false);
    expect(tables.addExecutable(GATEWAY, "/usr/sbin/nginx")).toBe(true);
    expect(tables.addExecutable({ device: 8, inode: 42 }, "/elsewhere")).toBe(false);
    expect(named(1, session)).toBe(0b11n);
    tables.renew();
    expect(named(2, session)).toBe(0b11n);
  });
});
