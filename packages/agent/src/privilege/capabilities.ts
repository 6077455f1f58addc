import type { LinkKind } from "../capture/native-session.js";

/** `loading`: until programs are loaded and the first probes stand, then it is dropped */
export type Need = "never" | "loading" | "always";

/** What a need depends on. */
export interface Circumstances {
  /** how probes are linked on this kernel; undefined: nothing is captured, a recording is replayed */
  link: LinkKind | undefined;
  /** root, in a MASTHEAD_HOME that belongs to another account, as under `sudo npm start` */
  isRootInHomeOfAnother: boolean;
}

export interface Capability {
  name: `CAP_${string}`;
  /** its bit in /proc/PID/status (include/uapi/linux/capability.h of the kernel) */
  number: number;
  /** what it is there for, after "to" */
  why: string;
  need: (given: Circumstances) => Need;
  /** what there is not without it */
  lost: string;
  /** without it nothing is captured at all */
  isRequired: boolean;
}

const toLoad = ({ link }: Circumstances): Need =>
  link === undefined ? "never" : link === "perf" ? "always" : "loading";
const toLook = ({ link }: Circumstances): Need => (link === undefined ? "never" : "always");

export const CAP_SYS_ADMIN = 21;

/**
 * Every capability that the agent uses, in the order of their weight. Measured on Linux 6.18 (docs/decisions/0019); a link
 * by uprobe_multi or session wants none once its program is loaded, which is why two of them go.
 */
export const CAPABILITIES: readonly Capability[] = [
  {
    name: "CAP_BPF",
    number: 39,
    why: "load the programs and make their maps",
    need: toLoad,
    lost: "everything",
    isRequired: true,
  },
  {
    name: "CAP_PERFMON",
    number: 38,
    why: "load programs that trace",
    need: toLoad,
    lost: "everything",
    isRequired: true,
  },
  {
    name: "CAP_SYS_PTRACE",
    number: 19,
    why: "read what processes of other accounts map, run and wait in, and follow their /proc/PID/root",
    need: toLook,
    lost: "libraries and names of other accounts' processes and of containers, and reads that they waited in before",
    isRequired: false,
  },
  {
    name: "CAP_DAC_READ_SEARCH",
    number: 2,
    why: "read libraries and descriptors that only their owner may read",
    need: toLook,
    lost: "libraries in folders closed to others, and whether another account's process holds a TCP socket",
    isRequired: false,
  },
  {
    name: "CAP_CHECKPOINT_RESTORE",
    number: 40,
    why: "open mapped files through /proc/PID/map_files",
    need: toLook,
    lost: "libraries that were replaced or deleted while in use",
    isRequired: false,
  },
  {
    name: "CAP_SYS_ADMIN",
    number: CAP_SYS_ADMIN,
    why: "open uprobes as perf events, the only link before Linux 6.6",
    need: ({ link }) => (link === "perf" ? "always" : "never"),
    lost: "every probe, on kernels before 6.6 with the fixes of July 2025; older ones ask for CAP_PERFMON only",
    isRequired: false,
  },
  {
    name: "CAP_DAC_OVERRIDE",
    number: 1,
    why: "write into MASTHEAD_HOME where it belongs to another account than root",
    need: ({ isRootInHomeOfAnother }) => (isRootInHomeOfAnother ? "always" : "never"),
    lost: "the agent's own state: spool, epoch, policies",
    isRequired: false,
  },
];

const UNDER_SYS_ADMIN: readonly string[] = ["CAP_BPF", "CAP_PERFMON", "CAP_CHECKPOINT_RESTORE"];

export const maskOf = (capabilities: readonly Capability[]): bigint =>
  capabilities.reduce((mask, { number }) => mask | (1n << BigInt(number)), 0n);

const isIn = (mask: bigint, number: number): boolean => (mask & (1n << BigInt(number))) !== 0n;

/** Whether a set of capabilities gives what this one is needed for, also by CAP_SYS_ADMIN as long as that one is kept. */
export function isHeld(held: bigint, capability: Capability, given: Circumstances): boolean {
  if (isIn(held, capability.number)) return true;
  if (!isIn(held, CAP_SYS_ADMIN) || !UNDER_SYS_ADMIN.includes(capability.name)) return false;
  return given.link === "perf" || capability.need(given) === "loading";
}

export const neededHere = (given: Circumstances): Capability[] =>
  CAPABILITIES.filter(({ need }) => need(given) !== "never");

/** Those that are needed here and not held. */
export const lacking = (held: bigint, given: Circumstances): Capability[] =>
  neededHere(given).filter((capability) => !isHeld(held, capability, given));

/** Those of the held ones that stay when programs are loaded and the first probes stand. */
export const keptAfterLoading = (held: bigint, given: Circumstances): Capability[] =>
  CAPABILITIES.filter(({ need, number }) => need(given) === "always" && isIn(held, number));
