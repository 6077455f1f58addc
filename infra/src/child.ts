import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { sendSignal } from "./send-signal.js";

/** How a child ended, in words: `exit code 1`, `SIGKILL`. */
export type Ending = string;

export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended, whatever the reason. */
  readonly ended: Promise<Ending>;
  readonly running: boolean;
  kill(signal: NodeJS.Signals): void;
  /** Sends `signal`, and SIGKILL after `graceMs`; resolves when the process is gone. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<Ending>;
}

export interface ChildOptions extends Pick<SpawnOptions, "cwd" | "env" | "uid" | "gid"> {
  /** Sent to the child when this process dies, however it does, so that nothing runs on alone. Default SIGTERM. */
  whenOrphaned?: NodeJS.Signals;
  /** Every line of standard output and standard error. */
  onLine?: (line: string) => void;
}

/**
 * Starts a program in a session of its own, so that a Ctrl-C in the terminal reaches only its parent, which stops
 * things in order. @throws Error when it cannot be started.
 */
export const startChild = async (
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> => {
  const { onLine = () => {}, whenOrphaned = "SIGTERM", ...spawnOptions } = options;
  const orphaned = ["--pdeathsig", whenOrphaned.replace(/^SIG/, ""), "--", command];
  const process_ = spawn("/usr/bin/setpriv", [...orphaned, ...args], {
    ...spawnOptions,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [process_.stdout, process_.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", onLine);
  }
  const ended = endOf(process_);
  await new Promise<void>((resolve, reject) => {
    process_.once("spawn", resolve);
    process_.once("error", (error) => reject(new Error(`cannot start ${command}: ${error.message}`)));
  });
  return wrap(process_, ended);
};

const endOf = (process_: ChildProcess): Promise<Ending> =>
  new Promise((resolve) => {
    process_.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    process_.once("error", (error) => resolve(error.message));
  });

const wrap = (process_: ChildProcess, ended: Promise<Ending>): Child => {
  const running = () => process_.exitCode === null && process_.signalCode === null;
  const kill = (signal: NodeJS.Signals) => {
    if (running() && process_.pid) sendSignal(process_.pid, signal);
  };
  return {
    pid: process_.pid ?? 0,
    ended,
    get running() {
      return running();
    },
    kill,
    async stop(signal, graceMs) {
      kill(signal);
      const timer = setTimeout(() => kill("SIGKILL"), graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
};
