import { expect, test } from "vitest";
import { CAPABILITIES, type Circumstances, keptAfterLoading, lacking, maskOf } from "./capabilities.js";
import { usualLink } from "./circumstances.js";
import { requireCapabilities } from "./missing-capabilities.js";
import { parseThreadRights } from "./thread-rights.js";

const given = (link: Circumstances["link"], isRootInHomeOfAnother = false): Circumstances => ({
  link,
  isRootInHomeOfAnother,
});
const maskNamed = (names: readonly string[]): bigint =>
  maskOf(CAPABILITIES.filter(({ name }) => names.includes(`${name}`)));
const named = (capabilities: readonly { name: string }[]): string[] => capabilities.map(({ name }) => name);

const ALL = (1n << 41n) - 1n;
const TO_LOAD = ["CAP_BPF", "CAP_PERFMON"];
const TO_LOOK = ["CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH", "CAP_CHECKPOINT_RESTORE"];

test.each<[string, Circumstances, string[]]>([
  ["a session link", given("session"), TO_LOOK],
  ["a multi link", given("multi"), TO_LOOK],
  [
    "a perf link, for which each probe is loaded and opened anew",
    given("perf"),
    [...TO_LOAD, ...TO_LOOK, "CAP_SYS_ADMIN"],
  ],
  ["a home of another account", given("session", true), [...TO_LOOK, "CAP_DAC_OVERRIDE"]],
  ["a recording", given(undefined), []],
  ["a recording in a home of another account", given(undefined, true), ["CAP_DAC_OVERRIDE"]],
])("of all that root holds, %s keeps", (_, circumstances, kept) => {
  expect(named(keptAfterLoading(ALL, circumstances))).toEqual(kept);
});

test("nothing is kept that is not held", () => {
  expect(keptAfterLoading(maskNamed(TO_LOAD), given("session"))).toEqual([]);
});

test.each<[string, string[], Circumstances, string[]]>([
  ["all of them", [...TO_LOAD, ...TO_LOOK], given("session"), []],
  ["those to load only", TO_LOAD, given("session"), TO_LOOK],
  ["CAP_SYS_ADMIN, which stands for loading and goes", ["CAP_SYS_ADMIN"], given("session"), TO_LOOK],
  [
    "CAP_SYS_ADMIN, which stays with perf links",
    ["CAP_SYS_ADMIN"],
    given("perf"),
    ["CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"],
  ],
  ["all but CAP_SYS_ADMIN with perf links", [...TO_LOAD, ...TO_LOOK], given("perf"), ["CAP_SYS_ADMIN"]],
])("with %s is missing", (_, held, circumstances, missing) => {
  expect(named(lacking(maskNamed(held), circumstances))).toEqual(missing);
});

test("a start without a required one names it, says what for, and how all that is needed is given", () => {
  const start = (held: string[]) => () => requireCapabilities(maskNamed(held), given("session"));
  expect(start(TO_LOAD)).not.toThrow();
  expect(start(["CAP_PERFMON", ...TO_LOOK])).toThrow(
    /without CAP_BPF \(to load the programs [^;]*\)\. .*AmbientCapabilities=CAP_BPF CAP_PERFMON CAP_SYS_PTRACE /,
  );
  expect(start([])).toThrow(
    /CAP_BPF .* and CAP_PERFMON .*; CAP_SYS_PTRACE, .* missing as well.*cap_add \[BPF, .*setcap cap_bpf,/,
  );
});

test.each([
  ["6.6.0", "multi"],
  ["6.18.44-x", "multi"],
  ["7.0", "multi"],
  ["6.1.0-18-amd64", "perf"],
  ["", "perf"],
])("on Linux %s probes are usually linked by %s", (release, link) => {
  expect(usualLink(release)).toBe(link);
});

test("a thread's rights are what its status says", () => {
  const status = [
    "Name:\tnode",
    "CapInh:\t0000000000000001",
    "CapPrm:\t000001c000080004",
    "CapEff:\t0000000000080004",
    "CapBnd:\t000001ffffffffff",
    "CapAmb:\t0000000000000002",
    "NoNewPrivs:\t1",
    "",
  ].join("\n");
  expect(parseThreadRights(status)).toEqual({
    inheritable: 1n,
    permitted: 0x1c000080004n,
    effective: 0x80004n,
    bounding: ALL,
    ambient: 2n,
    noNewPrivileges: true,
  });
  expect(() => parseThreadRights(status.replace("CapAmb", "CapXyz"))).toThrow("CapAmb");
  expect(() => parseThreadRights(status.replace("1c0", "xyz"))).toThrow("CapPrm");
});
