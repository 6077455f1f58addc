import { createRequire } from "node:module";
import { NativeError } from "./native-error.js";

/** The addon as it is (packages/agent/native/src/session.h); native-session.ts makes a CaptureSession of it. */
export interface NativeSession {
  updateTable(map: string, key: Uint8Array, value: Uint8Array): void;
  /** a tail call of that index goes to the program from now on */
  putProgram(map: string, index: number, program: string): void;
  deleteFromTable(map: string, key: Uint8Array): boolean;
  lookupTable(map: string, key: Uint8Array): Uint8Array | null;
  tableKeys(map: string): Uint8Array[];
  takeTable(map: string): Uint8Array;
  synchronize(): void;
  counters(map: string): number[];
  attachMulti(
    program: string,
    attachType: number,
    path: string,
    offset: number,
    cookie: bigint,
    atReturn: boolean,
    /** 0: every process */
    pid: number,
  ): number;
  attachPerf(
    program: string,
    path: string,
    offset: number,
    cookie: bigint,
    atReturn: boolean,
    pid: number,
  ): number;
  attachTracepoint(program: string): number;
  detach(...ids: number[]): void;
  start(
    ring: string,
    pollEveryMs: number,
    handoffBytes: number,
    onRecords: (records: Uint8Array, count: number) => void,
  ): void;
  /** what was handed over makes room for more; in another phase of the loop than records come in */
  makeRoom(): void;
  pause(paused: boolean): void;
  /** to be called once; undefined where nothing was started */
  stop(): Promise<void> | undefined;
  statistics(): number[];
  testRun(program: string, data: Uint8Array): { returnValue: number; data: Uint8Array };
  kernelIds(): { programs: number[]; maps: number[]; links: number[] };
  close(): void;
}

/** A program to load; attach type 0 keeps what its section says. */
export interface ProgramPlan {
  name: string;
  attachType: number;
}

export interface NativeAddon {
  Session: new (
    objectPath: string,
    programs: ProgramPlan[],
    mapEntries: Record<string, number>,
  ) => NativeSession;
  /** 0, or the errno of trying to make a uprobe_multi link of that attach type */
  tryMultiLink(attachType: number): number;
  /**
   * Has threads of this process keep just `kept` of their capabilities, a bit each
   * (packages/agent/native/src/thread_rights.h)
   */
  restrictThreads(threads: number[], kept: bigint, withinMs: number): void;
  /** `TCP`, `UDPv6`, `UNIX-STREAM` … of /proc/PID/fd/N; empty where that is no socket, or gone */
  socketProtocol(path: string): string;
  libbpfVersion: string;
}

/** Attach types of the kernel (enum bpf_attach_type), for links that libbpf 1.1 does not know. */
export const ATTACH_TYPE = { section: 0, multi: 48, session: 57 } as const;

let addon: NativeAddon | undefined;

/** Loads the addon once. Throws an Error that says how to build it where it is not built. */
export function nativeAddon(): NativeAddon {
  if (addon) return addon;
  const require = createRequire(import.meta.url);
  try {
    addon = require("../../native/build/Release/masthead_native.node") as NativeAddon;
  } catch (cause) {
    throw new Error(
      "the native addon cannot be loaded; build it with `pnpm --filter @masthead/agent build:native` (wants libbpf-dev)",
      { cause },
    );
  }
  return addon;
}

/** Runs one call into the addon and gives its failures words. */
export function native<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && "operation" in error && "errno" in error && "detail" in error) {
      throw new NativeError(String(error.operation), Number(error.errno), String(error.detail).trim());
    }
    throw error;
  }
}
