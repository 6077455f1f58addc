import { execFileSync, spawn } from "node:child_process";
import { cpus } from "node:os";
import type { Cleanup } from "../../support/cleanup.js";
import { childrenOf } from "../../support/process-tree.js";

/** Where the measured program runs, by itself. */
export const SERVER_CPU = "0";

/** Puts all threads of a process on these CPUs; what it starts from then on stays there. */
const pin = (pid: number, list: string): void => {
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", list, String(pid)], { stdio: "ignore" });
};

export interface Placement {
  /** for people: what runs where */
  readonly words: string;
  /** Gives the measured program and what it has started a CPU of their own. */
  pinServer(masterPid: number): void;
}

/**
 * Keeps a CPU from ever being idle, at a priority below all others. Two CPUs of a virtual machine may be the two threads of
 * one core: how busy the one is then decides how fast the other is, by more than what is measured here, and only an agent
 * keeps it busy. With this it is as busy in all modes, and no mode pays for waking it.
 */
const keepBusy = (cleanup: Cleanup): void => {
  const child = spawn("chrt", ["--idle", "0", "sh", "-c", "while :; do :; done"], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  cleanup.add(() => {
    child.kill("SIGKILL");
    return ended;
  });
};

/** Keeps this process, the one that runs the benchmarks, and all they start from now on, off the CPU that the measured program gets. @param measured its name, @param beside those of what runs with the agent */
export const placeOnCpus = (cleanup: Cleanup, measured: string, beside: string): Placement => {
  const count = cpus().length;
  if (count < 2) {
    return { words: "one CPU, shared by all: figures of throughput say little", pinServer: () => {} };
  }
  const others = count === 2 ? "1" : `1-${count - 1}`;
  for (const pid of [process.ppid, process.pid]) pin(pid, others);
  for (let cpu = 1; cpu < count; cpu += 1) keepBusy(cleanup);
  return {
    words: `${measured} on CPU ${SERVER_CPU}; ${beside} and this bench on CPU ${others}, which is never idle`,
    pinServer: (masterPid) => {
      for (const pid of [masterPid, ...childrenOf(masterPid)]) pin(pid, SERVER_CPU);
    },
  };
};
