import { expect, test } from "vitest";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { executableKey } from "./policy-bytes.js";
import { PolicyTables } from "./policy-tables.js";
import { TABLE_SLOTS } from "./table-layout.js";

test("the disk is searched once for a set, however often it is put in force again", () => {
  const searched: string[] = [];
  const file = { device: 1, inode: 7 };
  const findExecutables = (glob: string) => {
    searched.push(glob);
    return glob === "/usr/**" ? [{ ...file, path: "/usr/bin/found" }] : [];
  };
  const session = new MemoryTables();
  const tables = new PolicyTables({ session, labels: {}, findExecutables });
  const set = policySet(1, { one: { targets: [{ executable: "/usr/**" }, { executable: "/srv/*" }] } });
  tables.apply(set);
  tables.suspend([{ device: 1, inode: 8 }]);
  tables.renew();
  expect(
    session.value("executable_items", executableKey(tables.generation % TABLE_SLOTS, file)),
  ).toBeDefined();
  expect(searched).toEqual(["/usr/**", "/srv/*"]);
  tables.apply({ ...set, revision: 2 });
  expect(searched).toHaveLength(4);
});
