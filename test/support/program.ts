import { type SpawnOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program under test or beside it, with its lines of standard output. */
export interface Program {
  readonly pid: number;
  /** Lines of standard output so far. */
  readonly lines: string[];
  /** Text of standard error so far. */
  errors(): string;
  /** The first line, past and future, that `accept` takes. @throws Error when the program ends before. */
  line(accept?: (line: string) => boolean): Promise<string>;
  /** Writes a line to standard input. */
  send(line: string): void;
  /** Closes standard input and waits for the end. @throws Error on an exit code other than 0. */
  finish(): Promise<void>;
  /** Sends a signal and waits for the end, whatever it is. */
  stop(signal?: NodeJS.Signals): Promise<string>;
  readonly ended: Promise<string>;
}

/** Starts a program; its standard input stays open until `finish`. */
export const startProgram = (
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, "cwd" | "env" | "uid" | "gid"> = {},
): Program => {
  const child = spawn(command, [...args], { ...options, stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let errors = "";
  let end: string | undefined;
  const lookAgain = () => {
    for (const look of [...waiting]) look();
  };
  child.stderr.on("data", (chunk) => {
    errors = (errors + String(chunk)).slice(-100_000);
  });
  child.stdin.on("error", () => {});
  const read = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout })
      .on("line", (line) => {
        lines.push(line);
        lookAgain();
      })
      .once("close", resolve);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).then(async (how) => {
    await read;
    end = how;
    lookAgain();
    return how;
  });
  const problem = (how: string) => new Error(`${command} ended (${how}): ${errors.slice(-4000)}`);
  return {
    pid: child.pid ?? 0,
    lines,
    errors: () => errors,
    ended,
    line: (accept = () => true) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(accept);
          if (found === undefined && end === undefined) return;
          waiting.delete(look);
          if (found === undefined) reject(problem(end ?? ""));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    send(line) {
      child.stdin.write(`${line}\n`);
    },
    async finish() {
      child.stdin.end();
      const how = await ended;
      if (how !== "exit code 0") throw problem(how);
    },
    async stop(signal = "SIGTERM") {
      if (end === undefined) child.kill(signal);
      return ended;
    },
  };
};
