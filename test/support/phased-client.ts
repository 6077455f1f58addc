import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.js";
import { startProgram } from "./program.js";
import { PYTHON } from "./python.js";

const PROGRAM = fileURLToPath(new URL("../programs/phased-client.py", import.meta.url));

/** Every request that was made, and what was wrong with an answer. */
export interface PhasedClientReport {
  problems: string[];
  requests: { id: string; phase: string; endedUs: number }[];
}

/** A Python client that never stops sending, over connections that it never opens again, in phases. */
export interface PhasedClient {
  /**
   * Begins a phase, whose name is what requests carry as `x-client-id`. Resolves once every connection has had an answer
   * in it. @returns how many requests the phase before had
   */
  begin(phase: string): Promise<number>;
  /** @returns how many requests the last phase had */
  end(): Promise<number>;
  /** What it saw, after `end`. */
  report(): PhasedClientReport;
}

interface PhaseEnd {
  phase: string | null;
  requests: number;
}

/** Starts it; stopped by `cleanup`. It is silent until the first phase begins. */
export const startPhasedClient = (
  cleanup: Cleanup,
  port: number,
  connections: number,
  path = "/",
): PhasedClient => {
  const program = startProgram(PYTHON, [PROGRAM, String(port), String(connections), path]);
  cleanup.add(() => program.stop());
  let current: string | null = null;
  const ended = async (phase: string | null): Promise<number> => {
    const line = await program.line((text) => (JSON.parse(text) as Partial<PhaseEnd>).phase === phase);
    return (JSON.parse(line) as PhaseEnd).requests;
  };
  return {
    begin(phase) {
      const before = current;
      current = phase;
      program.send(phase);
      return ended(before);
    },
    async end() {
      await program.finish();
      return ended(current);
    },
    report() {
      const { problems, requests } = JSON.parse(program.lines.at(-1) ?? "") as {
        problems: string[];
        requests: [string, string, number][];
      };
      return { problems, requests: requests.map(([id, phase, endedUs]) => ({ id, phase, endedUs })) };
    },
  };
};
