import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { type Find, searchDeep } from "./byte-search.js";

const CHUNK_BYTES = 8 * 1024 * 1024;
/** What a needle may span at the border of two chunks. */
const OVERLAP_BYTES = 64 * 1024;
/** Mapped by the kernel for reading the clock; cannot be read from outside, and holds nothing of the process. */
const KERNEL_PAGES = /\[(vvar|vvar_vclock|vsyscall)\]/;

export interface MemorySearch {
  finds: Find[];
  /** How much could be read: a search that read nothing proves nothing. */
  bytesRead: number;
}

/** Searches all readable memory of a process, by `/proc/PID/mem`; what it holds compressed, too. */
export const searchMemory = (pid: number, needles: readonly string[]): MemorySearch => {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const finds: Find[] = [];
  let bytesRead = 0;
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").trim().split("\n")) {
      const [, from = "0", to = "0", readable] = /^([0-9a-f]+)-([0-9a-f]+) (.)/.exec(line) ?? [];
      if (readable !== "r" || KERNEL_PAGES.test(line)) continue;
      const end = Number.parseInt(to, 16);
      for (let at = Number.parseInt(from, 16); at < end; at += CHUNK_BYTES - OVERLAP_BYTES) {
        const length = readAt(memory, chunk, Math.min(CHUNK_BYTES, end - at), at);
        if (length === 0) break;
        bytesRead += length;
        finds.push(...searchDeep(chunk.subarray(0, length), needles, `${pid} ${line}`));
      }
    }
  } finally {
    closeSync(memory);
  }
  return { finds, bytesRead };
};

/** Zero where the mapping has no memory behind it: a file cut short, a guard page. */
const readAt = (memory: number, into: Buffer, length: number, position: number): number => {
  try {
    return readSync(memory, into, 0, length, position);
  } catch (error) {
    if (["EIO", "EFAULT"].includes((error as NodeJS.ErrnoException).code ?? "")) return 0;
    throw error;
  }
};
