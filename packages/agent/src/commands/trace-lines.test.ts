import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import { expect, test } from "vitest";
import { leftAloneLine } from "./trace-lines.js";

const entry = (executable: string, notes?: string[]): CoverageEntry =>
  ({ executable, pid: 1, state: "captured", ...(notes && { notes }) }) as CoverageEntry;

test("connections that speak HTTP/2 are told, with the programs that have some", () => {
  const coverage = [
    entry("/usr/sbin/nginx", ["quic: UDP port 443", "http2: 2 connections"]),
    entry("/usr/sbin/nginx", ["http2: 1 connection"]),
    entry("/usr/bin/caddy", ["http2: 1 connection"]),
    entry("/usr/bin/curl"),
  ];
  expect(leftAloneLine(0, coverage)).toBeUndefined();
  expect(leftAloneLine(1, [])).toBe("1 connection speaks HTTP/2 and was left alone");
  expect(leftAloneLine(4, coverage)).toBe("4 connections speak HTTP/2 and were left alone, of nginx, caddy");
});
