import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { lockdownMode } from "../attach/coverage/host-limits.js";
import { isSince } from "../capture/kernel-release.js";
import { UNDER_CONFIDENTIALITY } from "../capture/native-error.js";
import { filtersReturnProbes } from "../capture/return-probes.js";
import type { Circumstances } from "../privilege/capabilities.js";
import { usualLink } from "../privilege/circumstances.js";
import { capabilityCheck } from "./capability-report.js";
import type { Check } from "./check.js";

/** What the host says about itself; undefined where it does not. */
export interface HostFacts {
  kernelRelease: string;
  architecture: string;
  hasBtf: boolean;
  /** /proc/self/status */
  status: string;
  /** /sys/kernel/security/lockdown */
  lockdown: string | undefined;
  /** /proc/sys/kernel/unprivileged_bpf_disabled */
  unprivilegedBpf: string | undefined;
  /** whether other accounts' processes are shown: /proc/1 is one, and hidden by `hidepid` (proc(5)) */
  seesProcesses: boolean;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return undefined;
  }
};

export const hostFacts = (): HostFacts => ({
  kernelRelease: release(),
  architecture: process.arch,
  hasBtf: existsSync("/sys/kernel/btf/vmlinux"),
  status: read("/proc/self/status") ?? "",
  lockdown: read("/sys/kernel/security/lockdown"),
  unprivilegedBpf: read("/proc/sys/kernel/unprivileged_bpf_disabled"),
  seesProcesses: read("/proc/1/stat") !== undefined,
});

/** The floor: bpf_loop came with 5.17, the first long-term kernel with it is 6.1. */
const KERNEL_FLOOR = [6, 1] as const;

const usual = ({ kernelRelease }: HostFacts): Circumstances => ({
  link: usualLink(kernelRelease),
  isRootInHomeOfAnother: false,
});

export function hostChecks(facts: HostFacts, given: Circumstances = usual(facts)): Check[] {
  return [
    kernel(facts.kernelRelease),
    architecture(facts.architecture),
    btf(facts.hasBtf),
    capabilityCheck(facts.status, given),
    seccomp(facts.status),
    returnProbes(facts),
    lockdown(facts.lockdown),
    unprivileged(facts.unprivilegedBpf),
    processes(facts.seesProcesses),
  ];
}

function kernel(text: string): Check {
  return isSince(text, ...KERNEL_FLOOR)
    ? { name: "kernel", status: "ok", found: `Linux ${text}` }
    : { name: "kernel", status: "failed", found: `Linux ${text}`, advice: "Linux 6.1 or later is needed" };
}

function architecture(name: string): Check {
  if (name === "x64") return { name: "architecture", status: "ok", found: "x86-64" };
  const advice =
    name === "arm64"
      ? "OpenSSL, BoringSSL and GnuTLS are probed at their exported functions, at one or two single steps a call"
      : "only x86-64 is supported";
  return { name: "architecture", status: name === "arm64" ? "limited" : "failed", found: name, advice };
}

function btf(hasBtf: boolean): Check {
  return hasBtf
    ? { name: "btf", status: "ok", found: "/sys/kernel/btf/vmlinux" }
    : {
        ...{ name: "btf", status: "failed", found: "the kernel tells nothing of its types" },
        advice: "a kernel built with CONFIG_DEBUG_INFO_BTF is needed",
      };
}

function seccomp(status: string): Check {
  const mode = /^Seccomp:\s*(\d+)$/m.exec(status)?.[1];
  if (mode !== "2") return { name: "seccomp", status: "ok", found: "no filter" };
  return {
    ...{ name: "seccomp", status: "note", found: "a filter is active, as in most containers" },
    advice: "it has to allow bpf and perf_event_open",
  };
}

/** A program's filter may end it when a probe at a function's return fires: none is used then. */
function returnProbes({ kernelRelease, architecture: on }: HostFacts): Check {
  const name = "return_probes";
  if (!filtersReturnProbes(kernelRelease, on))
    return { name, status: "ok", found: "pass every seccomp filter" };
  return {
    ...{
      name,
      status: "note",
      found: "not used: on this kernel a program's seccomp filter may end it for one",
    },
    advice:
      "returns are seen where functions return, and a call costs more: update to 6.12.14, 6.13.3 or later",
  };
}

function lockdown(text: string | undefined): Check {
  const name = "lockdown";
  if (text === undefined)
    return { name, status: "ok", found: "not told: securityfs is not mounted, or there is none" };
  const mode = lockdownMode(text);
  if (mode !== "confidentiality") return { name, status: "ok", found: mode };
  return { name, status: "failed", found: mode, advice: UNDER_CONFIDENTIALITY };
}

function unprivileged(text: string | undefined): Check {
  if (text !== "0") return { name: "unprivileged_bpf", status: "ok", found: "disabled" };
  return {
    ...{ name: "unprivileged_bpf", status: "note", found: "enabled" },
    advice: "not needed here; safer with sysctl kernel.unprivileged_bpf_disabled=1",
  };
}

/** The name of the check that says whether other accounts' processes are seen. */
export const PROCESSES_CHECK = "processes";

function processes(areSeen: boolean): Check {
  if (areSeen) return { name: PROCESSES_CHECK, status: "ok", found: "of all accounts are seen" };
  return {
    ...{ name: PROCESSES_CHECK, status: "limited", found: "of other accounts are hidden (hidepid of /proc)" },
    advice: "grant CAP_SYS_PTRACE, or add this account to the group that /proc is mounted for (gid=)",
  };
}
