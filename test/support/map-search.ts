import { execFileSync } from "node:child_process";
import { type Find, searchBytes } from "./byte-search.js";

/** Searches a dump of every BPF map in `ids`: keys and values, of every CPU. Kinds that cannot be dumped are left out. */
export const searchMaps = (ids: readonly number[], needles: readonly string[]): Find[] =>
  ids.flatMap((id) => {
    const bytes = dump(id);
    return searchBytes(bytes, needles, `map ${id}`);
  });

const dump = (id: number): Buffer => {
  const text = execFileSync("bpftool", ["map", "dump", "id", String(id), "-j"], {
    encoding: "utf8",
    maxBuffer: 1024 ** 3,
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const parts: Buffer[] = [];
  collect(JSON.parse(text), parts);
  return Buffer.concat(parts);
};

/** Every array of `"0x.."` is a run of bytes; a separator keeps two runs from making a needle together. */
const collect = (node: unknown, into: Buffer[]): void => {
  if (Array.isArray(node) && node.every((item) => typeof item === "string" && item.startsWith("0x"))) {
    into.push(Buffer.from(node.map((item) => Number.parseInt(String(item), 16))), Buffer.from([0]));
  } else if (typeof node === "object" && node !== null) {
    for (const value of Object.values(node)) collect(value, into);
  }
};
