import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Stopped } from "./stopped.mjs";

const LINES_SHOWN = 40;

/**
 * Runs a program to its end. `onLine` gets each line of its output. @throws Stopped with its last lines when it fails.
 * With `interactive` it has the terminal, so that it can ask for a password.
 */
export function command(program, args, { cwd, env, onLine = () => {}, interactive = false } = {}) {
  return new Promise((resolve, reject) => {
    const lines = [];
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: interactive ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const take = (line) => {
      if (line.trim() === "") return;
      lines.push(line);
      if (lines.length > 2000) lines.shift();
      onLine(line);
    };
    for (const input of [child.stdout, child.stderr]) {
      if (input) createInterface({ input }).on("line", take);
    }
    child.once("error", (error) => reject(new Stopped(`cannot run ${program}: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(lines);
      const shown = lines.slice(-LINES_SHOWN).join("\n");
      reject(new Stopped(`${shown}\n${program} ${args.join(" ")} failed (${signal ?? `exit code ${code}`})`));
    });
  });
}
