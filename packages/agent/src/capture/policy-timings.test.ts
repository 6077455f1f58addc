import { expect, test } from "vitest";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { NativeError } from "./native-error.js";
import { u32 } from "./policy-bytes.js";
import { PolicyTables } from "./policy-tables.js";
import { SLOT_CONFIG, TABLE_SLOTS } from "./table-layout.js";

test("timings are asked for by item, and arrivals are followed only while some item asks", () => {
  const session = new MemoryTables();
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [] });
  const masks = () => {
    const slot = session.value("slots", u32(tables.generation % TABLE_SLOTS));
    return [SLOT_CONFIG.arrival, SLOT_CONFIG.network, SLOT_CONFIG.cpu].map((at) => slot?.readBigUInt64LE(at));
  };
  tables.apply(
    policySet(1, {
      one: { targets: [{ port: 1 }, { port: 2 }], timings: ["network", "cpu"] },
      two: { targets: [{ port: 3 }], timings: ["cpu"] },
      three: { targets: [{ port: 4 }] },
    }),
  );
  expect([...masks(), session.areArrivalsFollowed]).toEqual([0n, 0b0011n, 0b1011n, false]);
  tables.apply(policySet(2, { one: { timings: ["arrival"] } }));
  expect([...masks(), session.areArrivalsFollowed]).toEqual([1n, 0n, 0n, true]);
  tables.apply(policySet(3, { one: {} }));
  expect([...masks(), session.areArrivalsFollowed]).toEqual([0n, 0n, 0n, false]);
  session.followArrivals = () => {
    throw new NativeError("note arrivals at sockets", 95);
  };
  expect(tables.apply(policySet(4, { one: { timings: ["arrival"] } }))).toMatchObject({
    ok: true,
    warnings: [expect.stringContaining("arrival is not measured on this host")],
  });
});
