import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.js";

export interface Shell {
  /** Runs lines as a person would paste them. @returns what they printed @throws Error with it when one fails */
  run(lines: string): Promise<string>;
}

/** A shell in a folder; what it leaves running is ended by `cleanup`. */
export const shellIn = (cleanup: Cleanup, folder: string, env: NodeJS.ProcessEnv): Shell => {
  let count = 0;
  const start = (command: string, args: string[]): Promise<string> => {
    // A file, since what stays in the background would keep a pipe open.
    const said = join(folder, `said-${++count}`);
    const file = openSync(said, "w");
    const child = spawn(command, args, { cwd: folder, env, detached: true, stdio: ["ignore", file, file] });
    closeSync(file);
    const { pid } = child;
    cleanup.add(() => {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // All of it has ended.
      }
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        const text = readFileSync(said, "utf8");
        if (code === 0) resolve(text);
        else reject(new Error(`exit code ${code} of\n${args.join(" ")}\n${text}`));
      });
    });
  };
  return { run: (lines) => start("bash", ["-euo", "pipefail", "-c", lines]) };
};
