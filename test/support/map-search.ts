import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { type Find, searchBytes } from "./byte-search.js";
import { bpftool } from "./kernel-objects.js";
import { PYTHON } from "./python.js";

const TASK_STORAGE = fileURLToPath(new URL("../programs/dump-task-storage.py", import.meta.url));

interface MapInfo {
  id: number;
  name: string;
  type: string;
  bytes_key: number;
  bytes_value: number;
  max_entries: number;
}

export interface MapSearch {
  finds: Find[];
  /** Names of the maps that were dumped, as the kernel has them: 15 characters. */
  searched: string[];
}

/**
 * Searches a dump of every BPF map in `ids`: keys and values, of every CPU. A ring buffer is left out, since it cannot be
 * dumped; what it holds is found in memory. @throws Error where a map cannot be dumped whole
 */
export const searchMaps = (ids: readonly number[], needles: readonly string[]): MapSearch => {
  const infos = ids.map((id) => bpftool("map", "show", "id", String(id)) as MapInfo);
  // What lies with sockets (bpf/probes/arrival.h: times and sequence numbers) is told by a descriptor of each, which only its owner has.
  const dumped = infos.filter(({ type }) => type !== "ringbuf" && type !== "sk_storage");
  return {
    searched: dumped.map(({ name }) => name),
    finds: dumped.flatMap((info) => searchBytes(dump(info), needles, info.name)),
  };
};

const dump = (info: MapInfo): Buffer => {
  if (info.type === "task_storage") return dumpTaskStorage(info);
  const parts: Buffer[] = [];
  collect(bpftool("map", "dump", "id", String(info.id)), parts);
  const bytes = Buffer.concat(parts);
  if (bytes.length < bytesOfArray(info)) throw new Error(`the dump of map ${info.name} is not whole`);
  return bytes;
};

const dumpTaskStorage = ({ id, name, bytes_value }: MapInfo): Buffer => {
  const lines = execFileSync(PYTHON, [TASK_STORAGE, String(id), String(bytes_value)], {
    encoding: "utf8",
  });
  if (lines === "") throw new Error(`no thread has a value in map ${name}`);
  return Buffer.from(lines.split("\n").join("00"), "hex");
};

/** What an array holds at least; other kinds hold what they hold. */
const bytesOfArray = ({ type, bytes_value, max_entries }: MapInfo): number => {
  if (type === "array") return bytes_value * max_entries;
  return type === "percpu_array" ? bytes_value * max_entries * cpus().length : 0;
};

/** Every array of `"0x.."` is a run of bytes; a separator keeps two runs from making a needle together. */
const collect = (node: unknown, into: Buffer[]): void => {
  if (Array.isArray(node) && node.every((item) => typeof item === "string" && item.startsWith("0x"))) {
    into.push(Buffer.from(node.map((item) => Number.parseInt(String(item), 16))), Buffer.from([0]));
  } else if (typeof node === "object" && node !== null) {
    for (const value of Object.values(node)) collect(value, into);
  }
};
