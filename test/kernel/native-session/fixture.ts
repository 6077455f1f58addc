import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { withFile } from "@masthead/agent/attach/elf/byte-source";
import { ElfFile } from "@masthead/agent/attach/elf/elf-file";
import type { Cleanup } from "../../support/cleanup.js";

const SOURCES = fileURLToPath(new URL("./", import.meta.url));

/** The small object of this test, built into `folder`. */
export const buildObject = (folder: string): string => {
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
export const startTarget = async (cleanup: Cleanup, folder: string): Promise<Target> => {
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

/** Which of these ids the kernel still has. */
export const remaining = (kind: "prog" | "map" | "link", ids: readonly number[]): number[] => {
  const listed = JSON.parse(
    execFileSync("bpftool", ["-j", kind, "show"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }),
  ) as { id: number }[];
  const now = new Set(listed.map(({ id }) => id));
  return ids.filter((id) => now.has(id));
};
