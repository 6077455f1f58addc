import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { inflateBounded } from "./inflate.js";

const LIMIT = 1_000_000;

it.each([
  ["as much as may be", gzipSync(Buffer.alloc(LIMIT)), LIMIT],
  ["one byte more", gzipSync(Buffer.alloc(LIMIT + 1)), "too_large"],
  ["a part of one", gzipSync(Buffer.alloc(LIMIT)).subarray(0, 50), "not_gzip"],
  ["something else", Buffer.from("no gzip"), "not_gzip"],
])("inflates gzip of at most so many bytes: %s", async (_what, bytes, expected) => {
  const inflated = await inflateBounded(bytes, LIMIT);
  expect(inflated.ok ? inflated.bytes.length : inflated.fault).toBe(expected);
});
