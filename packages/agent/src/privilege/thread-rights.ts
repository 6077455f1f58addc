import { readdirSync } from "node:fs";
import { readStart } from "../attach/processes/proc-maps.js";

/** What a thread may do, as its /proc status says; each set a bit a capability. */
export interface ThreadRights {
  inheritable: bigint;
  permitted: bigint;
  effective: bigint;
  bounding: bigint;
  ambient: bigint;
  /** never more rights by running a program */
  noNewPrivileges: boolean;
}

const STATUS_MAX_BYTES = 16_384;

/** @throws Error where the text lacks a line, which no kernel since 4.10 does */
export function parseThreadRights(status: string): ThreadRights {
  const field = (name: string, digits: string): string => {
    const value = new RegExp(`^${name}:\\s*(${digits}+)$`, "m").exec(status)?.[1];
    if (value === undefined) throw new Error(`/proc/PID/status has no ${name}`);
    return value;
  };
  const set = (name: string): bigint => BigInt(`0x${field(name, "[0-9a-f]")}`);
  return {
    inheritable: set("CapInh"),
    permitted: set("CapPrm"),
    effective: set("CapEff"),
    bounding: set("CapBnd"),
    ambient: set("CapAmb"),
    noNewPrivileges: field("NoNewPrivs", "\\d") === "1",
  };
}

const rightsIn = (path: string): ThreadRights => parseThreadRights(readStart(path, STATUS_MAX_BYTES));

/** Of the calling thread, which runs JavaScript. */
export const ownRights = (): ThreadRights => rightsIn("/proc/thread-self/status");

/** Of every thread of this process, by id; one that ends meanwhile is left out. */
export function allThreadRights(): Map<number, ThreadRights> {
  const rights = new Map<number, ThreadRights>();
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      rights.set(Number(thread), rightsIn(`/proc/self/task/${thread}/status`));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ESRCH") throw error;
    }
  }
  return rights;
}
