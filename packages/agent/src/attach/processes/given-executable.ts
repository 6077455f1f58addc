import { closeSync, fstatSync, openSync, readlinkSync } from "node:fs";
import { executableFile } from "../../capture/executable-search.js";
import { type ExecutableFile, fileKey } from "../../capture/policy-bytes.js";
import { readStart } from "./proc-maps.js";

/** The kernel's O_PATH (include/uapi/asm-generic/fcntl.h): names a file and opens nothing, so that a pipe or a device is not waited for. */
const O_PATH = 0o10_000_000;
const SHEBANG_MAX_BYTES = 256;

/** A file by what was given to execve. */
interface Found {
  /** as the kernel names it, with no link on its way */
  path: string;
  key: string;
  isRegular: boolean;
}

/**
 * The path of the program that execve began by this name, where it is found by it: a process may be gone before anybody looks, while its parent, whose root and
 * working directory it had, is there. Of a script it is the interpreter.
 * @param file as given to execve
 * @param program what the kernel says that runs: nothing else is taken for it
 * @returns undefined where the name leads nowhere, or to another file
 */
export function givenExecutable(
  file: string,
  parentPid: number,
  program: ExecutableFile,
): string | undefined {
  const key = fileKey(program);
  for (const place of placesOf(file, parentPid)) {
    const found = lookUp(place);
    if (found?.key === key) return found.path;
    const interpreter = found?.isRegular ? interpreterOf(place) : undefined;
    const runs = interpreter === undefined ? undefined : lookUp(interpreter);
    if (runs?.key === key) return runs.path;
  }
  return undefined;
}

const placesOf = (file: string, parentPid: number): string[] =>
  file.startsWith("/") ? [`/proc/${parentPid}/root${file}`, file] : [`/proc/${parentPid}/cwd/${file}`];

function lookUp(place: string): Found | undefined {
  let opened: number | undefined;
  try {
    opened = openSync(place, O_PATH);
    const stat = fstatSync(opened, { bigint: true });
    return {
      path: readlinkSync(`/proc/self/fd/${opened}`),
      key: fileKey(executableFile(stat)),
      isRegular: stat.isFile(),
    };
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** What a script's first line says. */
function interpreterOf(place: string): string | undefined {
  try {
    return /^#![ \t]*(\/[^\s]+)/.exec(readStart(place, SHEBANG_MAX_BYTES))?.[1];
  } catch {
    return undefined;
  }
}
