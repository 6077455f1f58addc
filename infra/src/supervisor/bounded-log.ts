import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";

/** What one log may hold before it becomes `<file>.1`, bytes; so a log never takes more than twice this. */
const ROTATE_AT_BYTES = 8 * 1024 * 1024;

/**
 * Appends lines to a file, each with its time, and keeps it and its predecessor within a bound. What cannot be written, as on a full
 * disk, is left out: whose log it is runs on, and the next line that can be written comes behind how many were left out, and why.
 */
export const boundedLog = (file: string, rotateAtBytes = ROTATE_AT_BYTES): ((line: string) => void) => {
  /** undefined: to be looked up */
  let size: number | undefined;
  let leftOut = 0;
  let why = "";
  return (line) => {
    // The last one may have been written in part.
    const gap = leftOut > 0 ? `\n${leftOut} lines could not be written here: ${why}\n` : "";
    const text = `${gap}${line}\n`;
    try {
      const bytes = Buffer.byteLength(text);
      size ??= existsSync(file) ? statSync(file).size : 0;
      if (size > 0 && size + bytes > rotateAtBytes) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, text, { mode: 0o600 });
      size += bytes;
      leftOut = 0;
    } catch (error) {
      size = undefined;
      leftOut += 1;
      why = (error as NodeJS.ErrnoException).code ?? String(error);
    }
  };
};
