import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";

/** What one log may hold before it becomes `<file>.1`, bytes; so a log never takes more than twice this. */
const ROTATE_AT_BYTES = 8 * 1024 * 1024;

/** Appends lines to a file, each with its time, and keeps it and its predecessor within a bound. */
export const boundedLog = (file: string, rotateAtBytes = ROTATE_AT_BYTES): ((line: string) => void) => {
  let size = existsSync(file) ? statSync(file).size : 0;
  return (line) => {
    const text = `${line}\n`;
    if (size > 0 && size + text.length > rotateAtBytes) {
      renameSync(file, `${file}.1`);
      size = 0;
    }
    appendFileSync(file, text, { mode: 0o600 });
    size += Buffer.byteLength(text);
  };
};
