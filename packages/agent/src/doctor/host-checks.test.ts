import { expect, test } from "vitest";
import { doctorText } from "./doctor-text.js";
import { type HostFacts, hostChecks } from "./host-checks.js";

function statusWith(effective: string): string {
  const sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((set) => `${set}:\t${effective}`);
  return ["Name:\tnode", ...sets, "NoNewPrivs:\t0", "Seccomp:\t0", ""].join("\n");
}

const GOOD: HostFacts = {
  kernelRelease: "6.12.57+deb13-amd64",
  architecture: "x64",
  hasBtf: true,
  status: statusWith("000001ffffffffff"),
  lockdown: "none [integrity] confidentiality",
  unprivilegedBpf: "2",
  seesProcesses: true,
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
  ["no capabilities", { status: statusWith("0000000000000000") }, ["capabilities failed"]],
  ["capabilities that cannot be read", { status: "" }, ["capabilities note"]],
  ["CAP_SYS_ADMIN alone", { status: statusWith("0000000000200000") }, ["capabilities limited"]],
  ["what Linux 6.6 needs", { status: statusWith("000001c000080004") }, []],
  [
    "the same before 6.6, where uprobes are perf events",
    { status: statusWith("000001c000080004"), kernelRelease: "6.1.0-18-amd64" },
    ["capabilities limited"],
  ],
  [
    "a container's filter",
    { status: `${GOOD.status}Seccomp:\t2`.replace("Seccomp:\t0\n", "") },
    ["seccomp note"],
  ],
  ["a kernel whose filters stop return probes", { kernelRelease: "6.12.9-amd64" }, ["return_probes note"]],
  ["the kernel that mended it", { kernelRelease: "6.12.14-amd64" }, []],
  ["confidentiality", { lockdown: "none integrity [confidentiality]" }, ["lockdown failed"]],
  ["integrity", { lockdown: "none [integrity] confidentiality" }, []],
  ["no lockdown file", { lockdown: undefined }, []],
  ["BPF for everybody", { unprivilegedBpf: "0" }, ["unprivileged_bpf note"]],
  ["processes that are hidden", { seesProcesses: false }, ["processes limited"]],
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
    capabilities: [
      { name: "CAP_BPF", held: false, need: "loading", why: "load", lostWithout: "everything" },
      { name: "CAP_SYS_ADMIN", held: false, need: "never", why: "link", lostWithout: "probes" },
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
  expect(text).toMatch(/CAP_BPF +NO +until loaded +load\n +lost without it: everything\n/);
  expect(text).toMatch(/CAP_SYS_ADMIN +no +not needed here +link\n\n/);
  expect(text).toContain("Masthead's own");
  expect(text).toContain("and 3 more");
  expect(text).not.toContain("\u001b");
});
