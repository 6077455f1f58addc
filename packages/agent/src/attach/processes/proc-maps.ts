import { closeSync, openSync, readSync } from "node:fs";

export interface MappedFile {
  /** `403000-14f7000`, as /proc/PID/map_files names it: without the zeros that /proc/PID/maps puts before low addresses */
  range: string;
  path: string;
  deleted: boolean;
}

/** A maps file is longer for a program with very many mappings; what lies beyond is not looked at. */
const MAPS_MAX_BYTES = 4 * 1024 * 1024;

/** Files mapped as code, each once; the text of /proc/PID/maps. */
export function executableMappings(maps: string): MappedFile[] {
  const files = new Map<string, MappedFile>();
  for (const line of maps.split("\n")) {
    // address perms offset dev inode path; a newline in a path is shown as \012
    const [, begin, end, shown] =
      /^0*([0-9a-f]+)-0*([0-9a-f]+) ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/.exec(line) ?? [];
    if (!begin || !end || !shown) continue;
    const deleted = shown.endsWith(" (deleted)");
    const path = (deleted ? shown.slice(0, -" (deleted)".length) : shown).replaceAll("\\012", "\n");
    if (!files.has(shown)) files.set(shown, { range: `${begin}-${end}`, path, deleted });
  }
  return [...files.values()];
}

/** Files that a process maps as code. @throws the system's error where its maps cannot be read */
export const mappedAsCode = (pid: number): MappedFile[] => executableMappings(readStart(`/proc/${pid}/maps`));

/** Hundreds of small files are read each second. */
const buffer = Buffer.allocUnsafeSlow(65_536);

/** The beginning of a file whose size is not known beforehand, as those of /proc. @throws the system's error */
export function readStart(path: string, maxBytes = MAPS_MAX_BYTES): string {
  const file = openSync(path, "r");
  try {
    const before: Buffer[] = [];
    let filled = 0;
    for (let left = maxBytes; left > 0; ) {
      if (filled === buffer.length) {
        before.push(Buffer.from(buffer));
        filled = 0;
      }
      const got = readSync(file, buffer, filled, Math.min(buffer.length - filled, left), null);
      if (got === 0) break;
      filled += got;
      left -= got;
    }
    const last = buffer.subarray(0, filled);
    return (before.length === 0 ? last : Buffer.concat([...before, last])).toString("utf8");
  } finally {
    closeSync(file);
  }
}
