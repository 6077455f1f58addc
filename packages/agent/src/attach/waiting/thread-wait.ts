import { readdirSync, readlinkSync } from "node:fs";
import { readStart } from "../processes/proc-maps.js";
import { procPath } from "../processes/proc-process.js";

/** A thread in a system call, as /proc/PID/task/TID/syscall tells it. */
export interface ThreadWait {
  thread: number;
  /** by number, of x86-64 */
  systemCall: number;
  /** its first two arguments, as they are written there */
  arguments: readonly [string, string];
  stackPointer: string;
}

/** Of a thread that waits for bytes of one socket. */
export interface SocketWait extends ThreadWait {
  /** the socket's; undefined where the system call does not say it */
  descriptor: number | undefined;
}

/** read, readv, recvfrom, recvmsg: the first argument is what they read from. */
const READS: ReadonlySet<number> = new Set([0, 19, 45, 47]);
/** poll, ppoll: the second argument is how many descriptors they wait for. A read with a time limit waits for one, an event loop for more. */
const WAITS: ReadonlySet<number> = new Set([7, 271]);

const NUMBER = 0;
const FIRST_ARGUMENT = 1;
const STACK_POINTER = 7;
const FIELDS = 9;

/** `0 0x3 0x7ffc… … 0x7ffc… 0x7f…`: number, six arguments, stack pointer, instruction pointer; `running` where it is in none. */
export function parseWait(thread: number, text: string): ThreadWait | undefined {
  const fields = text.trim().split(" ");
  const systemCall = Number(fields[NUMBER]);
  if (fields.length !== FIELDS || !Number.isSafeInteger(systemCall)) return undefined;
  const [first = "", second = ""] = fields.slice(FIRST_ARGUMENT);
  return { thread, systemCall, arguments: [first, second], stackPointer: fields[STACK_POINTER] ?? "" };
}

/** undefined where it runs, is gone, or is not ours to see. */
export function waitOf(pid: number, thread: number): ThreadWait | undefined {
  try {
    return parseWait(thread, readStart(procPath(pid, `task/${thread}/syscall`), 512));
  } catch {
    return undefined;
  }
}

/** Threads that wait as a read of TLS does: for bytes of one socket. At most `max` threads are looked at. */
export function waitingThreads(pid: number, max: number): SocketWait[] {
  let threads: number[];
  try {
    threads = readdirSync(procPath(pid, "task")).map(Number).slice(0, max);
  } catch {
    return [];
  }
  return threads
    .flatMap((thread) => waitOf(pid, thread) ?? [])
    .map((wait) => ({ ...wait, descriptor: socketOf(pid, wait) }))
    .filter((wait) => waitsForOne(wait) || wait.descriptor !== undefined);
}

/**
 * Whether the processor keeps return addresses of its own for the process (`x86_Thread_features` of /proc/PID/status, Linux 6.6): a `call`
 * that the kernel emulates under a probe may not be among them.
 */
export function hasShadowStack(pid: number): boolean {
  try {
    return /^x86_Thread_features:.*\bshstk\b/m.test(readStart(procPath(pid, "status"), 8192));
  } catch {
    return true;
  }
}

const waitsForOne = ({ systemCall, arguments: [, count] }: ThreadWait): boolean =>
  WAITS.has(systemCall) && Number(count) === 1;

/** The descriptor of the socket that the thread reads from; undefined where it does not, or from something else. */
function socketOf(pid: number, { systemCall, arguments: [first] }: ThreadWait): number | undefined {
  const descriptor = Number(first);
  if (!READS.has(systemCall) || !Number.isSafeInteger(descriptor)) return undefined;
  try {
    const isSocket = readlinkSync(procPath(pid, `fd/${descriptor}`)).startsWith("socket:");
    return isSocket ? descriptor : undefined;
  } catch {
    return undefined;
  }
}
