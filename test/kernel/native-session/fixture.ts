import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { withFile } from "@masthead/agent/attach/elf/byte-source";
import { ElfFile } from "@masthead/agent/attach/elf/elf-file";
import {
  type CaptureSession,
  openSession,
  type SessionOptions,
} from "@masthead/agent/capture/native-session";
import { Cleanup } from "../../support/cleanup.js";

const SOURCES = fileURLToPath(new URL("./", import.meta.url));

/** The small object of this test, built into `folder`. */
const buildObject = (folder: string): string => {
  const object = join(folder, "probe.bpf.o");
  const machine = execFileSync("cc", ["-print-multiarch"], { encoding: "utf8" }).trim();
  const include = `/usr/include/${machine || `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`}`;
  execFileSync("clang", [
    ...["--target=bpf", "-g", "-O2", "-idirafter", include, "-Wno-unknown-attributes"],
    ...["-c", join(SOURCES, "probe.bpf.c"), "-o", object],
  ]);
  return object;
};

export interface Target {
  path: string;
  /** of the function `called`, in the file */
  offset: number;
  pid: number;
  /** lets it call the function, and waits until it has */
  call(times: number): Promise<void>;
  /** asks for calls without waiting; the answer is never read */
  ask(times: number): void;
}

/** Builds and starts the probed program. */
const startTarget = async (cleanup: Cleanup, folder: string): Promise<Target> => {
  const path = join(folder, "target");
  execFileSync("cc", ["-O1", "-rdynamic", "-o", path, join(SOURCES, "target.c")]);
  const offset = withFile(path, (source) => {
    const elf = new ElfFile(source);
    return elf.fileOffset(elf.exportedFunctions(new Set(["called"])).get("called")?.address ?? 0);
  });
  const child = spawn(path, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  cleanup.add(async () => {
    child.stdin.end();
    await ended;
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const call = async (times: number) => {
    child.stdin.write(`${times}\n`);
    const { value } = await answers.next();
    if (Number(value) !== times) throw new Error(`the probed program answered ${value} instead of ${times}`);
  };
  await call(1);
  return { path, offset, pid: child.pid ?? 0, call, ask: (times) => child.stdin.write(`${times}\n`) };
};

export const COOKIE = 0x1234_5678_9abc_def0n;

/** The small object loaded, and closed by `cleanup`. */
export const openSmall = (
  cleanup: Cleanup,
  objectPath: string,
  options: Partial<SessionOptions> = {},
): CaptureSession => {
  const session = openSession({ objectPath, pollEveryMs: 2, ...options });
  cleanup.add(() => session.close());
  return session;
};

export const attachTo = (
  target: Target,
  session: CaptureSession,
  kind: "call" | "entry" = "call",
): number => {
  const { path, offset } = target;
  return session.attachUprobe({ path, offset, cookie: COOKIE, link: session.info.links[0] ?? "perf", kind });
};

export interface Probe {
  cookie: bigint;
  pid: number;
  kind: number;
}

/** Records of the small object: 20 bytes at entry, padded to 24, and 24 at return. */
const parse = (records: Uint8Array, count: number): Probe[] => {
  const buffer = Buffer.from(records);
  if (buffer.length !== 24 * count) throw new Error(`${count} records in ${buffer.length} bytes`);
  return Array.from({ length: count }, (_, index) => ({
    cookie: buffer.readBigUInt64LE(24 * index),
    pid: buffer.readUInt32LE(24 * index + 8),
    kind: buffer.readUInt32LE(24 * index + 12),
  }));
};

/** Starts the session; what arrives is added to the answer. */
export const collect = (session: CaptureSession): Probe[] => {
  const seen: Probe[] = [];
  session.start((records, count) => seen.push(...parse(records, count)));
  return seen;
};

/** What a test of the addon begins with: its object, built, and the probed program, running. `cleanup` undoes both. */
export const prepare = async (): Promise<{ cleanup: Cleanup; objectPath: string; target: Target }> => {
  const cleanup = new Cleanup();
  const folder = cleanup.folder();
  const objectPath = buildObject(folder);
  return { cleanup, objectPath, target: await startTarget(cleanup, folder) };
};
