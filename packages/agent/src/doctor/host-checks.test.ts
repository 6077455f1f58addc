import { expect, test } from "vitest";
import { doctorText } from "./doctor-text.js";
import { type HostFacts, hostChecks } from "./host-checks.js";

const GOOD: HostFacts = {
  kernelRelease: "6.1.0-18-amd64",
  architecture: "x64",
  hasBtf: true,
  status: "Name:\tnode\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n",
  lockdown: "none [integrity] confidentiality",
  unprivilegedBpf: "2",
};

const failing = (facts: Partial<HostFacts>) =>
  hostChecks({ ...GOOD, ...facts })
    .filter((check) => check.status !== "ok")
    .map(({ name, status }) => `${name} ${status}`);

test.each<[string, Partial<HostFacts>, string[]]>([
  ["nothing", {}, []],
  ["an old kernel", { kernelRelease: "5.10.0-28-amd64" }, ["kernel failed"]],
  ["a kernel that says nothing readable", { kernelRelease: "" }, ["kernel failed"]],
  ["a much newer kernel", { kernelRelease: "10.0" }, []],
  ["no BTF", { hasBtf: false }, ["btf failed"]],
  ["no capabilities", { status: "CapEff:\t0000000000000000" }, ["capabilities failed"]],
  ["CAP_SYS_ADMIN alone", { status: "CapEff:\t0000000000200000" }, ["capabilities limited"]],
  [
    "a container's filter",
    { status: `${GOOD.status}Seccomp:\t2`.replace("Seccomp:\t0\n", "") },
    ["seccomp note"],
  ],
  ["confidentiality", { lockdown: "none integrity [confidentiality]" }, ["lockdown failed"]],
  ["no lockdown file", { lockdown: undefined }, []],
  ["BPF for everybody", { unprivilegedBpf: "0" }, ["unprivileged_bpf note"]],
  ["another machine", { architecture: "arm64" }, ["architecture limited"]],
])("finds %s", (_, facts, expected) => {
  expect(failing(facts)).toEqual(expected);
});

test("the text shows every part, and no control character of what others wrote", () => {
  const text = doctorText({
    canCapture: false,
    checks: [
      { name: "kernel", status: "failed", found: "Linux 4.4", advice: "Linux 6.1 or later is needed" },
    ],
    links: [],
    programs: { loaded: [], absent: [] },
    libraries: [
      { path: "/lib/libssl.so.3", link: "perf", processes: 1, failure: "EPERM\nsecond line", sites: [] },
    ],
    coverage: [
      { pid: 1, executable: "x", serviceName: "web", state: "not_captured", reason: "bad\u001b[31m" },
      { pid: 2, executable: "y", serviceName: "agent", state: "self" },
    ],
    coverageOmitted: 3,
  });
  expect(text).toContain("Linux 6.1 or later is needed");
  expect(text).toContain("EPERM / second line");
  expect(text).toContain("Masthead's own");
  expect(text).toContain("and 3 more");
  expect(text).not.toContain("\u001b");
});
