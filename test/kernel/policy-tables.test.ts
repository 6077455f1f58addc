import { type CaptureSession, openSession } from "@masthead/agent/capture/native-session";
import { activeValue, executableKey, nameKey, portKey, u32 } from "@masthead/agent/capture/policy-bytes";
import { writeConstantTables } from "@masthead/agent/capture/policy-constants";
import { PolicyTables } from "@masthead/agent/capture/policy-tables";
import { ACTIVE_MAP, TABLE_SLOTS } from "@masthead/agent/capture/table-layout";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { policySet } from "@masthead/agent/testing/policies";
import { parseFingerprintKey } from "@masthead/shared/policy/fingerprint";
import { afterEach, beforeEach, expect, test } from "vitest";

/** Policy sets in the kernel's own maps. */

const found = [{ device: 0x800001, inode: 77, path: "/opt/gateway" }];
const HEADER_RULES = 16;
let session: CaptureSession;
let tables: PolicyTables;

beforeEach(() => {
  session = openSession({
    objectPath: BUILT_OBJECT,
    mapEntries: { header_rules: HEADER_RULES, records: 4096 },
  });
  tables = new PolicyTables({ session, labels: {}, findExecutables: () => found });
});
afterEach(() => session.close());

const rules = (count: number) => ({
  headers: {
    request: Array.from({ length: count }, (_, at) => ({ name: `x-header-${at}`, action: "keep" as const })),
  },
});

test("a set is in the maps whole, and in force by `active`", async () => {
  writeConstantTables(session, await parseFingerprintKey("000102030405060708090a0b0c0d0e0f"));
  const spec = { ...rules(2), targets: [{ executable: "/opt/gateway", port: 443 }] };
  expect(tables.apply(policySet(3, { one: spec }))).toMatchObject({ ok: true, generation: 1 });
  expect(session.lookupTable(ACTIVE_MAP, u32(0))).toEqual(Uint8Array.from(activeValue(1, 1)));
  expect(session.lookupTable("header_rules", nameKey(1, "x-header-1"))?.[0]).toBe(1);
  expect(session.lookupTable("port_items", portKey(1, 443))?.[0]).toBe(1);
  const file = { device: 0x800001, inode: 77 };
  expect(session.lookupTable("executable_items", executableKey(1, file))?.[0]).toBe(1);
  expect(session.tableKeys("auth_schemes").length).toBeGreaterThan(0);
  expect(Buffer.from(session.lookupTable("fingerprint_key", u32(0)) ?? []).toString("hex")).toBe(
    "000102030405060708090a0b0c0d0e0f",
  );
});

test("slots rotate for ever without filling the maps, and make room where they must", () => {
  for (let revision = 1; revision <= 3 * TABLE_SLOTS; revision += 1) {
    expect(tables.apply(policySet(revision, { one: rules(5) }))).toMatchObject({ ok: true });
  }
  expect(session.tableKeys("header_rules").length).toBeLessThanOrEqual(HEADER_RULES);
});

test("a set that does not fit leaves the one before in force, and says why", () => {
  tables.apply(policySet(1, { one: rules(5) }));
  const result = tables.apply(policySet(2, { one: rules(HEADER_RULES + 1) }));
  expect(result).toMatchObject({ ok: false, error: expect.stringContaining("E2BIG") });
  expect(session.lookupTable(ACTIVE_MAP, u32(0))).toEqual(Uint8Array.from(activeValue(1, 1)));
  expect(session.tableKeys("header_rules")).toHaveLength(5);
  expect(tables.apply(policySet(2, { one: rules(6) }))).toMatchObject({ ok: true, generation: 2 });
});
