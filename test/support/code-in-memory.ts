import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const PAGE = 4096;

/** Offsets in a file at which a process that maps it as code has another byte in memory: a breakpoint stands there. */
export const codeUnlikeItsFile = (pid: number, path: string): number[] => {
  const file = readFileSync(path);
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    return readFileSync(`/proc/${pid}/maps`, "utf8")
      .split("\n")
      .flatMap((line) => {
        const [, from = "", to = "", offset = ""] = /^(\w+)-(\w+) r.xp (\w+) .* (\/.*)$/.exec(line) ?? [];
        if (!line.endsWith(path)) return [];
        return unlike(
          memory,
          Number.parseInt(from, 16),
          Number.parseInt(to, 16),
          file,
          Number.parseInt(offset, 16),
        );
      });
  } finally {
    closeSync(memory);
  }
};

const unlike = (memory: number, from: number, to: number, file: Buffer, offset: number): number[] => {
  const found: number[] = [];
  const page = Buffer.alloc(PAGE);
  for (let at = from; at < to; at += PAGE) {
    readSync(memory, page, 0, PAGE, at);
    const start = offset + at - from;
    const whole = file.subarray(start, start + PAGE);
    if (page.subarray(0, whole.length).equals(whole)) continue;
    for (let place = 0; place < whole.length; place++)
      if (page[place] !== whole[place]) found.push(start + place);
  }
  return found;
};
