import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { childrenOf } from "./process-cost.js";

const SERVER_CPU = "0";

/** Puts all threads of a process on these CPUs; what it starts from then on stays there. */
const pin = (pid: number, list: string): void => {
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", list, String(pid)], { stdio: "ignore" });
};

export interface Placement {
  /** for people: what runs where */
  readonly words: string;
  /** Gives the measured server and its workers a CPU of their own. */
  pinServer(masterPid: number): void;
}

/** Keeps this process, and all it starts from now on, off the CPU that the measured server gets. */
export const placeOnCpus = (): Placement => {
  const count = cpus().length;
  if (count < 2) {
    return { words: "one CPU, shared by all: figures of throughput say little", pinServer: () => {} };
  }
  const others = count === 2 ? "1" : `1-${count - 1}`;
  pin(process.pid, others);
  return {
    words: `nginx on CPU ${SERVER_CPU}; wrk, agent, nats-server and this bench on CPU ${others}`,
    pinServer: (masterPid) => {
      for (const pid of [masterPid, ...childrenOf(masterPid)]) pin(pid, SERVER_CPU);
    },
  };
};
