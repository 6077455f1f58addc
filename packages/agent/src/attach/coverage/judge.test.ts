import { expect, test } from "vitest";
import type { Library } from "../libraries/library-probes.js";
import type { Descriptors } from "./descriptors.js";
import { judge, type ProcessFacts } from "./judge.js";

const DESCRIPTORS: Descriptors = {
  ...{ hasTcp: true, hasUdp: false, hasHttpsOverUdp: false, hasIoUring: false },
  ...{ ktls: 0, changing: false },
};
const SCANNED = { otherTls: [], hasQuic: false, missed: [] };
const PLAIN: ProcessFacts = {
  ...{ hostRefusal: undefined, asked: "asked", descriptors: DESCRIPTORS, scanned: SCANNED },
  isSuspended: false,
  ...{ libraries: [], program: () => undefined, libraryTls: () => [], http2: 0, readsClearText: false },
};
const library = (different: Partial<Library> = {}): Library => ({
  ...{ identity: "1:2", path: "/lib/libssl.so.3", runtime: "openssl", link: "session", sites: [] },
  ...{
    linkIds: [],
    isUnknownBuild: false,
    retryAtScan: 0,
    pids: new Set<number>(),
    cached: false,
    isProgram: false,
  },
  ...different,
});
const failed = library({ path: "/lib/libgnutls.so.30", failure: "operation not permitted (EPERM)" });

test.each<[string, Partial<ProcessFacts>, string]>([
  ["no TLS", {}, "no_tls_library"],
  ["a locked-down host, whatever else holds", { hostRefusal: "lockdown", asked: "not_asked" }, "lockdown"],
  [
    "descriptors that may not be read",
    { descriptors: { ...DESCRIPTORS, refused: "EACCES" }, hostRefusal: "lockdown" },
    "permission: its descriptors: permission denied (EACCES)",
  ],
  [
    "mappings that may not be read",
    { scanned: { ...SCANNED, unreadable: "EPERM" } },
    "permission: its mappings: operation not permitted (EPERM)",
  ],
  ["no policy yet", { asked: "unknown", libraries: [library()] }, "no_policy"],
  ["a policy about others", { asked: "not_asked", libraries: [library()] }, "excluded_by_policy"],
  [
    "suspended, whatever of it could be read otherwise",
    { isSuspended: true, libraries: [library()], readsClearText: true },
    "suspended_by_budget",
  ],
  ["another program meanwhile", { descriptors: { ...DESCRIPTORS, changing: true } }, "changing"],
  ["a refused probe", { libraries: [failed] }, "attach_failed: operation not permitted (EPERM)"],
  [
    "a library that was replaced and is out of reach",
    { scanned: { ...SCANNED, missed: [{ name: "/lib/libssl.so.3", deleted: true, why: "EPERM" }] } },
    "library_replaced: /lib/libssl.so.3: EPERM",
  ],
  [
    "a library that is out of reach",
    { scanned: { ...SCANNED, missed: [{ name: "/lib/libssl.so.3", deleted: false, why: "EPERM" }] } },
    "attach_failed: /lib/libssl.so.3: EPERM",
  ],
  [
    "what the program carries",
    { program: () => "stripped: OpenSSL, no build id" },
    "stripped: OpenSSL, no build id",
  ],
  [
    "a build whose calls cannot be followed",
    { libraries: [library({ failure: "Go without a version", isUnknownBuild: true })] },
    "unknown_build: Go without a version",
  ],
  [
    "another implementation",
    { scanned: { ...SCANNED, otherTls: ["NSS", "Java"] } },
    "unsupported_tls: NSS, Java",
  ],
])("not captured: %s", (_, facts, reason) => {
  expect(judge({ ...PLAIN, ...facts })).toEqual({ state: "not_captured", reason });
});

test("HTTP in clear: the process without TLS is captured, and of one with other TLS its clear part", () => {
  const readsClearText = true;
  expect(judge({ ...PLAIN, readsClearText })).toEqual({
    ...{ state: "captured", runtime: "socket", link: "tracepoint" },
  });
  expect(judge({ ...PLAIN, readsClearText, program: () => "stripped" })).toEqual({
    ...{ state: "not_captured", reason: "stripped", notes: ["clear_text"] },
  });
  expect(judge({ ...PLAIN, readsClearText, asked: "not_asked" })).toEqual({
    ...{ state: "not_captured", reason: "excluded_by_policy" },
  });
});

test("captured, and what more is to be known", () => {
  const program = () => {
    throw new Error("asked of a process that is captured");
  };
  expect(judge({ ...PLAIN, program, libraries: [library(), failed] })).toEqual({
    ...{ state: "captured", runtime: "openssl", link: "uprobe_session", site: "emulated" },
    notes: ["attach_failed: /lib/libgnutls.so.30: operation not permitted (EPERM)"],
  });
  const all = judge({
    ...{ ...PLAIN, program, libraries: [library()], http2: 1 },
    descriptors: { ...DESCRIPTORS, hasUdp: true, hasIoUring: true, ktls: 2 },
    scanned: { ...SCANNED, otherTls: ["NSS"], hasQuic: true },
  });
  expect(all.notes).toEqual([
    "http2: 1 connection",
    "quic: a UDP socket, and a library that speaks it",
    "ktls: 2 in its network namespace",
    "io_uring",
    "unsupported_tls: NSS",
  ]);
});

test("a program of which neither is seen is not said to be captured in clear", () => {
  const of = (reason: string) => judge({ ...PLAIN, readsClearText: true, program: () => reason });
  expect(of("stripped: OpenSSL, no build id").notes).toEqual(["clear_text"]);
  expect(of("of_32_bits")).toEqual({ state: "not_captured", reason: "of_32_bits" });
});

test("a reason and a note fit the wire, however long the words are", () => {
  const long = library({ failure: "x".repeat(1000) });
  expect(judge({ ...PLAIN, libraries: [long] }).reason).toHaveLength(256);
  const many = Array.from({ length: 20 }, () => long);
  const { notes = [] } = judge({ ...PLAIN, libraries: [library(), ...many] });
  expect(notes).toHaveLength(8);
  expect(Math.max(...notes.map((note) => note.length))).toBe(256);
});
