import { extendFloor } from "@masthead/shared/policy/floor";
import { expect, test } from "vitest";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { executableKey, nameBit, nameKey, portKey, u32 } from "./policy-bytes.js";
import { PolicyTables, type PolicyTablesOptions } from "./policy-tables.js";
import { ACTION_ITEMS, ACTIVE_MAP, HEADER_RULE, SLOT_CONFIG } from "./table-layout.js";

const make = (options: Partial<PolicyTablesOptions> = {}) => {
  const session = new MemoryTables();
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [], ...options });
  const active = (): [number, number] => {
    const value = session.value(ACTIVE_MAP, u32(0));
    return [value?.readUInt32LE(0) ?? 0, value?.readUInt32LE(4) ?? 0];
  };
  const rule = (name: string) => session.value("header_rules", nameKey(active()[1], name));
  return { session, tables, active, rule };
};

const keep = (name: string, maxLength = 128) => ({ name, action: "keep" as const, maxLength });
const kept = (rule: Buffer | undefined, direction: "request" | "response" = "request"): bigint | undefined =>
  rule?.readBigUInt64LE(HEADER_RULE[direction] + ACTION_ITEMS.keep);

test("a set becomes masks over target items", () => {
  const { session, tables, active, rule } = make();
  const set = policySet(7, {
    first: {
      priority: 1,
      targets: [{ port: 443, role: "server" }, { role: "client" }],
      headers: { request: [keep("x-a", 10), { name: "authorization", action: "fingerprint" }] },
      query: { action: "names", keep: ["page"] },
    },
    second: { headers: { response: [keep("x-a", 300)] }, match: { hosts: ["*.example.com"] } },
  });
  expect(tables.apply(set)).toEqual({ ok: true, revision: 7, generation: 1, warnings: [] });
  expect(active()).toEqual([1, 1]);
  const slot = session.value("slots", u32(1));
  const mask = (at: number) => slot?.readBigUInt64LE(at);
  expect(slot?.readUInt32LE(SLOT_CONFIG.generation)).toBe(1);
  expect([mask(SLOT_CONFIG.any_executable), mask(SLOT_CONFIG.any_port)]).toEqual([0b111n, 0b110n]);
  expect([mask(SLOT_CONFIG.server), mask(SLOT_CONFIG.client)]).toEqual([0b101n, 0b110n]);
  expect([mask(SLOT_CONFIG.query_names), mask(SLOT_CONFIG.query_keep)]).toEqual([0b011n, 0b011n]);
  expect([mask(SLOT_CONFIG.request_names), mask(SLOT_CONFIG.response_names)]).toEqual([
    nameBit("x-a") | nameBit("host") | nameBit("authorization"),
    nameBit("x-a"),
  ]);
  // The same bit as bpf/tests/host-test.c expects.
  expect(nameBit("authorization")).toBe(1n << 56n);
  expect([kept(rule("x-a")), kept(rule("x-a"), "response")]).toEqual([0b011n, 0b100n]);
  expect(rule("x-a")?.readUInt16LE(HEADER_RULE.keep_length)).toBe(300);
  expect(kept(rule("host"))).toBe(0b100n);
  const authorization = rule("authorization");
  expect(authorization?.readBigUInt64LE(HEADER_RULE.request + ACTION_ITEMS.fingerprint)).toBe(0b011n);
  expect(authorization?.readUInt8(HEADER_RULE.has_scheme)).toBe(1);
  expect(authorization?.readUInt8(HEADER_RULE.floor)).toBe(1);
  expect(session.value("query_rules", nameKey(1, "page"))?.readBigUInt64LE()).toBe(0b011n);
  expect(session.value("port_items", portKey(1, 443))?.readBigUInt64LE()).toBe(0b001n);
});

test("the slot is whole before `active` names it, and no run judges by the old one when apply returns", () => {
  const { session, tables } = make();
  tables.apply(policySet(1, { one: { headers: { request: [keep("x-a")] } } }));
  expect(session.operations.slice(-4)).toEqual([
    "update rules_by_bit",
    "update slots",
    `update ${ACTIVE_MAP}`,
    "synchronize",
  ]);
});

test("a header that only tenant, dimensions or measures name is read; fingerprints never in clear", () => {
  const { tables, rule } = make();
  const spec = {
    tenant: [{ header: "x-client-id" }, { fingerprint: "authorization" }],
    dimensions: ["x-model-id"],
    measures: [{ header: "x-tokens" }],
  };
  expect(tables.apply(policySet(1, { one: spec })).ok).toBe(true);
  expect(kept(rule("x-client-id"))).toBe(1n);
  expect(kept(rule("x-model-id"))).toBe(1n);
  expect(kept(rule("x-tokens"), "response")).toBe(1n);
  expect(kept(rule("authorization"))).toBe(0n);
});

test("a forwarding header is read where the policy trusts proxies, as far as a value is kept", () => {
  const { tables, rule } = make();
  const clientAddress = { header: "x-forwarded-for" as const, trustedProxies: ["10.0.0.0/8"] };
  const shown = { name: "x-forwarded-for", action: "mask" as const };
  tables.apply(policySet(1, { one: { clientAddress, headers: { request: [shown] } } }));
  const read = rule("x-forwarded-for");
  expect([kept(read), kept(read, "response")]).toEqual([1n, 0n]);
  expect(read?.readBigUInt64LE(HEADER_RULE.request + ACTION_ITEMS.mask)).toBe(1n);
  expect(read?.readUInt16LE(HEADER_RULE.keep_length)).toBe(4096);
  expect(rule("forwarded")).toBeUndefined();
  tables.apply(policySet(2, { one: {} }));
  expect(rule("x-forwarded-for")).toBeUndefined();
});

test("nothing is asked for a policy that an earlier one leaves nothing", () => {
  const { tables, rule } = make();
  tables.apply(
    policySet(1, {
      all: { priority: 5, headers: { request: [keep("x-a")] } },
      never: { headers: { request: [keep("x-b")] } },
    }),
  );
  expect(kept(rule("x-a"))).toBe(1n);
  expect(rule("x-b")).toBeUndefined();
});

test.each([
  ["kept", { headers: { request: [keep("authorization")] } }, "authorization"],
  ["a tenant", { tenant: [{ header: "x-api-key" }] }, "x-api-key"],
  ["a dimension", { dimensions: ["cookie"] }, "cookie"],
  ["a measure", { measures: [{ header: "set-cookie" }] }, "set-cookie"],
  ["a query parameter", { query: { action: "keep" as const, keep: ["access_token"] } }, "access_token"],
])("the floor holds: %s", (_, spec, name) => {
  const { session, tables, active } = make();
  tables.apply(policySet(1, { good: {} }));
  const result = tables.apply(policySet(2, { good: {}, bad: spec }));
  expect(result).toMatchObject({ ok: false, revision: 2 });
  expect(result.ok ? "" : result.error).toContain(name);
  expect([active(), tables.revision]).toEqual([[1, 1], 1]);
  expect([...(session.maps.get("header_rules") ?? new Map()).keys()]).toEqual([]);
});

test("a host's own floor is left out of the tables and said, and the rest applies", () => {
  const { tables, rule } = make({
    floor: extendFloor({ headers: ["x-internal", "forwarded"], queryParameters: ["q"] }),
  });
  const spec = {
    headers: { request: [keep("x-internal"), keep("x-a")] },
    tenant: [{ header: "x-internal" }],
    query: { action: "keep" as const, keep: ["q", "page"] },
    clientAddress: { header: "forwarded" as const, trustedProxies: ["::1"] },
  };
  const result = tables.apply(policySet(1, { one: spec }));
  expect(result.ok && result.warnings).toHaveLength(4);
  expect(kept(rule("x-internal")) ?? 0n).toBe(0n);
  expect(rule("forwarded")).toBeUndefined();
  expect(kept(rule("x-a"))).toBe(1n);
});

test("only policies whose labels this agent has apply", () => {
  const { tables, rule } = make({ labels: { env: "prod", zone: "a" } });
  tables.apply(
    policySet(1, {
      ours: {
        agents: { matchLabels: { env: "prod" } },
        match: { paths: ["/**"] },
        headers: { request: [keep("x-a")] },
      },
      theirs: { agents: { matchLabels: { env: "dev" } }, headers: { request: [keep("x-b")] } },
      inherited: { agents: { matchLabels: { toString: "x" } }, headers: { request: [keep("x-c")] } },
    }),
  );
  expect([rule("x-a") !== undefined, rule("x-b"), rule("x-c")]).toEqual([true, undefined, undefined]);
});

test("a set that fails to be written leaves the one before running, whole, and nothing of itself", () => {
  const { session, tables, active, rule } = make();
  tables.apply(policySet(1, { one: { headers: { request: [keep("x-a")] } } }));
  const before = new Map(session.table("header_rules"));
  for (const map of ["header_rules", "rules_by_bit", "slots", ACTIVE_MAP]) {
    let written = 0;
    session.refuse = (name) => {
      if (name !== ACTIVE_MAP) written += 1;
      const refused = map === ACTIVE_MAP ? name === map : name === map && written > 1;
      if (refused) session.refuse = () => false;
      return refused;
    };
    const result = tables.apply(policySet(2, { one: { headers: { request: [keep("x-a"), keep("x-b")] } } }));
    session.refuse = () => false;
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining(`update ${map}: EPERM`) });
    expect([active(), tables.revision, tables.generation]).toEqual([[1, 1], 1, 1]);
    expect(new Map(session.table("header_rules"))).toEqual(before);
    const inSlot = [...session.table("rules_by_bit").values()].filter((value) =>
      value.some((byte) => byte !== 0),
    );
    expect(inSlot).toHaveLength(before.size);
  }
  expect(tables.apply(policySet(2, { one: { headers: { request: [keep("x-b")] } } })).ok).toBe(true);
  expect([kept(rule("x-b")), rule("x-a")]).toEqual([1n, undefined]);
});

test("where a table is full, slots that are not in force make room", () => {
  const { session, tables, rule } = make();
  session.limits["header_rules"] = 3;
  for (let revision = 1; revision <= 10; revision += 1) {
    const result = tables.apply(policySet(revision, { one: { headers: { request: [keep("x-a")] } } }));
    expect(result.ok).toBe(true);
  }
  const names = ["a", "b", "c", "d"].map((name) => keep(`x-${name}`));
  expect(tables.apply(policySet(11, { one: { headers: { request: names } } }))).toMatchObject({ ok: false });
  expect([tables.revision, kept(rule("x-a"))]).toEqual([10, 1n]);
});

test("an older revision never comes back", () => {
  const { tables } = make();
  tables.apply(policySet(5, { one: {} }));
  expect(tables.apply(policySet(4, { one: {} }))).toMatchObject({
    ok: false,
    error: expect.stringContaining("5"),
  });
  expect(tables.revision).toBe(5);
});

test("more targets than the kernel has items are refused with the number", () => {
  const { tables } = make();
  const specs = Object.fromEntries(
    Array.from({ length: 5 }, (_, policy) => [
      `p${policy}`,
      { targets: Array.from({ length: 14 }, (_, port) => ({ port: 1 + policy * 100 + port })) },
    ]),
  );
  expect(tables.apply(policySet(1, specs))).toMatchObject({
    ok: false,
    error: expect.stringContaining("70"),
  });
});

test("executables on disk are known before any process runs them, others when they are seen", () => {
  const found = [{ device: 8, inode: 42, path: "/usr/sbin/nginx" }];
  const { session, tables } = make({ findExecutables: (glob) => (glob === "/usr/sbin/nginx" ? found : []) });
  tables.apply(
    policySet(1, {
      a: { targets: [{ executable: "/usr/sbin/nginx" }, { executable: "/opt/**" }] },
      b: { targets: [{ executable: "/usr/sbin/*" }] },
    }),
  );
  const items = (inode: number) =>
    session.value("executable_items", executableKey(1, { device: 8, inode }))?.readBigUInt64LE();
  expect(items(42)).toBe(0b101n);
  expect(tables.addExecutable({ device: 8, inode: 43 }, "/opt/app/bin/server")).toBe(true);
  expect(tables.addExecutable({ device: 8, inode: 44 }, "/home/x")).toBe(false);
  expect([items(43), items(44)]).toEqual([0b010n, undefined]);
  // What was seen is known to every later generation before it takes effect.
  tables.renew();
  expect([tables.generation, tables.revision]).toEqual([2, 1]);
  expect(session.value("executable_items", executableKey(2, { device: 8, inode: 43 }))).toBeDefined();
  tables.apply(policySet(2, { a: { targets: [{ executable: "/home/*" }] } }));
  expect(session.value("executable_items", executableKey(3, { device: 8, inode: 44 }))).toBeDefined();
  // A set that is put in force again is the same one.
  const setOf = (slot: number) => session.value("slots", u32(slot))?.readUInt32LE(SLOT_CONFIG.set);
  tables.renew();
  tables.renew();
  expect([1, 2, 3, 4, 5].map(setOf)).toEqual([1, 1, 3, 3, 3]);
});
