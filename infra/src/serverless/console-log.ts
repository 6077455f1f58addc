import type { Log } from "@masthead/api/deps";

const line =
  (level: string, write: (text: string) => void) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void =>
    write(JSON.stringify({ level, message, ...fields }));

/** One JSON object a line on the console, which Workers and Lambda collect. */
export const consoleLog: Log = {
  info: line("info", console.log),
  warn: line("warn", console.warn),
  error: line("error", console.error),
};
