import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  AGGREGATE_MEASURES,
  AGGREGATE_PATH_MAX,
  AGGREGATE_SHAPE_MAX,
  AGGREGATE_STRUCTS,
  LATENCY_BUCKETS,
} from "@masthead/agent/aggregate/series-layout";
import { KERNEL_CONNECTION, KERNEL_DIRECTION } from "@masthead/agent/capture/kernel-connections";
import { KERNEL_PROCESS } from "@masthead/agent/capture/kernel-processes";
import { NAME_MAX_BYTES, TABLE_SLOTS, TABLE_STRUCTS } from "@masthead/agent/capture/table-layout";
import * as enums from "@masthead/agent/decode/record-enums";
import {
  RECORD_MAX_BYTES,
  RECORD_METHOD_MAX,
  RECORD_STRUCTS,
  RECORD_TARGET_MAX,
} from "@masthead/agent/decode/record-layout";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { AUTH_SCHEMES } from "@masthead/shared/policy/auth-schemes";
import { describe, expect, test } from "vitest";

/** What TypeScript takes for the layout of records and tables, beside the types in the built object (design, section 4.5). */

const header = (name: string): string =>
  readFileSync(new URL(`../../bpf/include/${name}`, import.meta.url), "utf8");

interface BtfType {
  kind: string;
  name: string;
  size: number;
  members?: { name: string; bits_offset: number }[];
}

const dump = execFileSync("bpftool", ["-j", "btf", "dump", "file", BUILT_OBJECT, "format", "raw"], {
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
const structs = new Map(
  (JSON.parse(dump) as { types: BtfType[] }).types
    .filter(({ kind }) => kind === "STRUCT")
    .map((type) => [type.name, type] as const),
);

const layoutOf = (name: string) => {
  const type = structs.get(name);
  const members = (type?.members ?? []).map((member) => [member.name, member.bits_offset / 8] as const);
  return { size: type?.size, fields: Object.fromEntries(members) };
};

describe.each(Object.entries({ ...RECORD_STRUCTS, ...TABLE_STRUCTS, ...AGGREGATE_STRUCTS }))(
  "struct %s",
  (name, layout) => {
    test("has its fields where they are read and written", () => {
      const { bytes, ...ours } = layout as Record<string, number>;
      const fields = Object.entries(ours).map(([field, at]) => [
        field === "bytes_seen" ? "bytes" : field,
        at,
      ]);
      expect({ size: bytes, fields: Object.fromEntries(fields) }).toEqual(layoutOf(name));
    });
  },
);

test("the kernel's own connections are read where they lie", () => {
  expect(layoutOf("connection").fields).toMatchObject(KERNEL_CONNECTION);
  const { bytes_each, ...fields } = KERNEL_DIRECTION;
  expect(layoutOf("direction")).toMatchObject({ size: bytes_each, fields });
});

test("what the kernel remembers of a process is read where it lies", () => {
  expect(layoutOf("process").fields).toMatchObject(KERNEL_PROCESS);
});

test("enums have the values of the header", () => {
  const constants = new Map<string, number>();
  for (const [, name, value, shift] of header("record.h").matchAll(
    /\b([A-Z][A-Z0-9_]+)\s*=\s*(\d+)(?:\s*<<\s*(\d+))?/g,
  )) {
    constants.set(name as string, Number(value) << Number(shift ?? 0));
  }
  const { AddressFamily: _, ...ours } = enums;
  for (const [name, value] of Object.values(ours).flatMap((each) => Object.entries(each))) {
    expect([name, constants.get(name)]).toEqual([name, value]);
  }
});

test("bounds are those of the headers", () => {
  const defined = (text: string, name: string): number =>
    Number(new RegExp(`#define\\s+${name}\\s+(\\d+)`).exec(text)?.[1]);
  const [records, tables] = [header("record.h"), header("tables.h")];
  expect(defined(records, "RECORD_MAX_BYTES")).toBe(RECORD_MAX_BYTES);
  expect(defined(records, "RECORD_TARGET_MAX")).toBe(RECORD_TARGET_MAX);
  expect(defined(records, "RECORD_METHOD_MAX")).toBe(RECORD_METHOD_MAX);
  for (const [name, value] of Object.entries({
    AGGREGATE_PATH_MAX,
    AGGREGATE_SHAPE_MAX,
    AGGREGATE_MEASURES,
    LATENCY_BUCKETS,
  }))
    expect([name, defined(header("aggregate.h"), name)]).toEqual([name, value]);
  expect(defined(tables, "TABLE_SLOTS")).toBe(TABLE_SLOTS);
  expect(defined(tables, "NAME_MAX_BYTES")).toBe(NAME_MAX_BYTES);
  const longest = Math.max(...AUTH_SCHEMES.map((scheme) => scheme.length));
  expect(defined(tables, "SCHEME_MAX_BYTES")).toBeGreaterThanOrEqual(longest);
});
