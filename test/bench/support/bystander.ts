import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "../../support/cleanup.js";
import { type Program, startProgram } from "../../support/program.js";
import { PYTHON } from "../../support/python.js";

const SYSTEM_CALLS = fileURLToPath(new URL("../../programs/system-calls.c", import.meta.url));
const REPEATED = fileURLToPath(new URL("../../programs/repeated-command.py", import.meta.url));
/** A C file of some thousand lines, with all that it includes. */
const COMPILED = fileURLToPath(new URL("../../../bpf/tests/host-test.c", import.meta.url));

/** What was done in one go. */
export interface Pace {
  times: number;
  /** of the program and of what it started, in which tracepoints run too */
  cpuNs: number;
  wallNs: number;
}

/** A program that no policy asks about. */
export interface Bystander {
  readonly pid: number;
  /** what it can do again and again, as the figures name it */
  readonly tasks: readonly string[];
  run(task: string, seconds: number): Promise<Pace>;
}

const bystander = (cleanup: Cleanup, program: Program, tasks: readonly string[]): Bystander => {
  cleanup.add(() => program.stop());
  let last = 0;
  return {
    pid: program.pid,
    tasks,
    async run(task, seconds) {
      const id = ++last;
      program.send(`${id} ${task} ${seconds * 1000}`);
      const answer = await program.line((line) => line.startsWith(`${id} `));
      const [, times = 0, cpuNs = 0, wallNs = 0] = answer.split(" ").map(Number);
      return { times, cpuNs, wallNs };
    },
  };
};

/** Loops over a system call: some that the programs on the tracepoints look at, and one that they do not. */
export const startSystemCalls = (cleanup: Cleanup): Bystander => {
  const binary = join(cleanup.folder(), "system-calls");
  execFileSync("gcc", ["-O2", "-o", binary, SYSTEM_CALLS]);
  return bystander(cleanup, startProgram(binary, []), ["read", "write", "exchange", "getppid"]);
};

/** A compiler at work. */
export const startCompiler = (cleanup: Cleanup): Bystander => {
  const object = join(cleanup.folder(), "compiled.o");
  const command = ["cc", "-O2", "-c", COMPILED, "-o", object];
  return bystander(cleanup, startProgram(PYTHON, [REPEATED, ...command]), ["compile"]);
};
