import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { KernelIds } from "@masthead/agent/capture/native-session";
import { until } from "./until.js";

/** Runs bpftool and reads its JSON. @throws Error when it fails */
export const bpftool = (...args: string[]): unknown =>
  JSON.parse(
    execFileSync("bpftool", ["-j", ...args], {
      encoding: "utf8",
      maxBuffer: 1024 ** 3,
      env: { PATH: `${process.env.PATH}:/usr/sbin` },
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );

/** The BPF objects that a process holds by its open files, which is how the agent holds all of its own. */
export const kernelIdsOf = (pid: number): KernelIds => {
  const files = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => describedFile(pid, fd));
  const ids = (field: string) => [
    ...new Set(
      files.flatMap((text) => text.match(new RegExp(`^${field}:\\s*(\\d+)$`, "m"))?.[1] ?? []).map(Number),
    ),
  ];
  return { programs: ids("prog_id"), maps: ids("map_id"), links: ids("link_id") };
};

/** Empty where the file has been closed meanwhile. */
const describedFile = (pid: number, fd: string): string => {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
};

/** Which of these ids the kernel still has. An id is never given twice. */
export const remaining = (kind: "prog" | "map" | "link", ids: readonly number[]): number[] => {
  const now = new Set((bpftool(kind, "show") as { id: number }[]).map(({ id }) => id));
  return ids.filter((id) => now.has(id));
};

/** Waits until the kernel has none of these. */
export const gone = (ids: KernelIds): Promise<boolean> =>
  until("the kernel to have freed everything", () => {
    const left = [remaining("prog", ids.programs), remaining("map", ids.maps), remaining("link", ids.links)];
    return left.every((each) => each.length === 0);
  });

/** The names of the programs that these links attach, in order of the alphabet. All are listed: asked for a single link, bpftool 7.5 fails though it answers. */
export const linkedPrograms = (links: readonly number[]): string[] => {
  const programs = (bpftool("link", "show") as { id: number; prog_id: number }[])
    .filter(({ id }) => links.includes(id))
    .map((link) => link.prog_id);
  return (bpftool("prog", "show") as { id: number; name: string }[])
    .filter(({ id }) => programs.includes(id))
    .map(({ name }) => name)
    .sort();
};
