import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import { expect, test } from "vitest";
import { coverageLines, coverageSummary } from "./coverage-lines.js";
import { shortPath } from "./text-table.js";

const entry = (
  pid: number,
  state: CoverageEntry["state"],
  rest: Partial<CoverageEntry> = {},
): CoverageEntry => ({
  ...{ pid, executable: "/usr/bin/program", state },
  ...rest,
});
const COVERAGE: CoverageEntry[] = [
  entry(1, "self"),
  entry(2, "captured", {
    ...{ runtime: "openssl", link: "uprobe_session", site: "emulated" },
    notes: ["http2: 2 connections"],
  }),
  entry(3, "not_captured", { reason: "no_tls_library" }),
  entry(4, "not_captured", { reason: "stripped: OpenSSL, build 0123" }),
  entry(5, "not_captured", { reason: "no_tls_library" }),
  entry(6, "not_captured", { reason: "of_a_later_release: \u001b[31m" }),
];
const report = (coverage: CoverageEntry[], coverageOmitted = 0) => ({
  ...{ canCapture: true, checks: [], links: [], libraries: [], capabilities: [] },
  ...{ programs: { loaded: [], absent: [] }, coverage, coverageOmitted },
});

test("one line sums up", () => {
  expect(coverageSummary(COVERAGE)).toBe(
    "1 captured, 4 not (2 no_tls_library, 1 stripped, 1 of_a_later_release), 1 Masthead's own",
  );
  expect(coverageSummary([])).toBe("0 captured, 0 not, 0 Masthead's own");
});

test("what is not captured comes first, by reason, and every code is explained once", () => {
  const lines = coverageLines(report(COVERAGE, 7));
  const order = lines.flatMap((line) => /^ {2}(\d) +\/usr/.exec(line)?.[1] ?? []);
  expect(order).toEqual(["6", "4", "3", "5", "2", "1"]);
  const text = lines.join("\n");
  expect(text).toMatch(
    /^ {2}2 +\/usr\/bin\/program +captured +openssl +uprobe_session +emulated +http2: 2 connections$/m,
  );
  expect(text).toContain("  and 7 more");
  expect(text.match(/^ {2}no_tls_library +The process uses no TLS/gm)).toHaveLength(1);
  expect(text).toMatch(/^ {2}http2 +Connections of the process speak HTTP\/2/m);
  expect(text).not.toContain("\u001b");
});

test("nobody with a socket is said in words, and that more may be hidden", () => {
  expect(coverageLines(report([]))).toEqual(["", "No process holds a TCP socket."]);
  const checks = [{ name: "processes", status: "limited", found: "hidden" } as const];
  expect(coverageLines({ ...report([]), checks })).toEqual([
    "",
    "No process that is seen holds a TCP socket.",
  ]);
});

test("of those whose descriptors may not be read it is not said that they have a socket", () => {
  const [, head] = coverageLines(report([entry(1, "not_captured", { reason: "permission: EACCES" })]));
  expect(head).toBe(
    "Processes with a TCP socket, and with permission those that may have one: 0 captured, 1 not (1 permission), 0 Masthead's own",
  );
});

test.each([
  ["/usr/bin/node", 20, "/usr/bin/node"],
  ["/opt/some/very/long/folder/name/program", 20, "/opt/some/v…/program"],
  [`/opt/${"x".repeat(40)}`, 20, `…${"x".repeat(19)}`],
])("%s in %i characters", (path, max, expected) => {
  expect(shortPath(path, max)).toBe(expected);
  expect(shortPath(path, max).length).toBeLessThanOrEqual(max);
});
