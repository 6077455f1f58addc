import { existsSync } from "node:fs";
import { bpftool, kernelIdsOf } from "./kernel-objects.js";

/** Bytes in hex, as bpftool prints them. */
interface Entry {
  key: string[];
  value: string[];
}

/**
 * How much of a table is in use, by the name that the kernel has of it, which is cut at 15 characters. What stays for good
 * is not counted: every process of the host that makes a call on a socket is in `processes` until it ends.
 */
const USED: Record<string, (entries: Entry[], again: () => Entry[]) => number> = {
  connections: (entries) => entries.length,
  assemblies: (entries) => entries.length,
  strange_sockets: (entries) => entries.filter(({ key }) => isGone(word(key.slice(8)))).length,
  processes: (entries, again) => {
    // Not the program that made a dump: it ends with it.
    const still = new Set(again().map(({ key }) => word(key)));
    return entries.filter(({ key }) => still.has(word(key)) && isGone(word(key))).length;
  },
  calls: (entries) => entries.filter(({ value }) => word(value) !== 0).length,
  calls_in_flight: (entries) => entries.reduce((sum, { value }) => sum + word(value), 0),
};

/** What reads a table of the programs that a process holds. @throws Error where there is none of that name */
const tablesOf = (pid: number) => {
  const infos = kernelIdsOf(pid).maps.map(
    (id) => bpftool("map", "show", "id", String(id)) as { id: number; name: string },
  );
  return (name: string) => {
    const info = infos.find((each) => each.name === name);
    if (info === undefined) throw new Error(`process ${pid} has no table ${name}`);
    return () => bpftool("map", "dump", "id", String(info.id)) as Entry[];
  };
};

/** How much there is in the tables of the programs that a process holds. @throws Error where one is missing */
export function mapSizesOf(pid: number): Record<string, number> {
  const tableOf = tablesOf(pid);
  const sizes = Object.entries(USED).map(([name, used]) => {
    const dump = tableOf(name);
    return [name, used(dump(), dump)];
  });
  return Object.fromEntries(sizes);
}

/** How many places connections have ever had (bpf/maps/connections.h): as many as there were at once, and few more. @throws Error as mapSizesOf() */
export const placesUsed = (pid: number): number => {
  const [numbers] = tablesOf(pid)("connection_numb")();
  return word(numbers?.value.slice(8) ?? []);
};

/** Of four bytes, little endian. */
const word = (bytes: string[]): number =>
  bytes.slice(0, 4).reduceRight((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0);

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`);
