import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { type Find, searchBytes } from "./byte-search.js";

export interface RingSearch {
  finds: Find[];
  /** How often `counted` occurs. */
  count: number;
  /** Bytes of records that were ever sent; as long as they are no more than the ring holds, it still holds all of them. */
  producedBytes: number;
  ringBytes: number;
}

const PAGE_BYTES = 4096;

/**
 * Searches the records of the agent's ring buffer as user space has them mapped: a page with the producer's position, and
 * the data. Records stay there after they were read, until later ones take their place.
 * @throws Error where the process has no ring mapped, or it cannot be read
 */
export const searchRing = (pid: number, needles: readonly string[], counted: string): RingSearch => {
  const mapped = readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .flatMap((line) => /^([0-9a-f]+)-([0-9a-f]+) r--s .*anon_inode:bpf-map/.exec(line) ?? []);
  const [, from = "", to = ""] = mapped;
  if (mapped.length !== 3) throw new Error(`process ${pid} has ${mapped.length / 3} rings mapped`);
  const bytes = readMemory(pid, Number.parseInt(from, 16), Number.parseInt(to, 16));
  const data = bytes.subarray(PAGE_BYTES);
  return {
    finds: searchBytes(data, needles, "ring"),
    count: occurrences(data, counted),
    producedBytes: Number(bytes.readBigUInt64LE(0)),
    ringBytes: data.length,
  };
};

const readMemory = (pid: number, from: number, to: number): Buffer => {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    const bytes = Buffer.alloc(to - from);
    for (let at = 0; at < bytes.length; ) {
      const length = readSync(memory, bytes, at, bytes.length - at, from + at);
      if (length === 0) throw new Error(`the ring of process ${pid} ends after ${at} bytes`);
      at += length;
    }
    return bytes;
  } finally {
    closeSync(memory);
  }
};

const occurrences = (bytes: Buffer, needle: string): number => {
  let count = 0;
  for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) count++;
  return count;
};
