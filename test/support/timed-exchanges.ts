import { fileURLToPath } from "node:url";
import { RecordRole } from "@masthead/agent/decode/record-enums";
import { policySet } from "@masthead/agent/testing/policies";
import type { Timing } from "@masthead/shared/policy/schema";
import type { Cleanup } from "./cleanup.js";
import { pathOf, startKernelCapture } from "./kernel-capture.js";
import { startProgram } from "./program.js";
import { PYTHON } from "./python.js";
import { until } from "./until.js";

const PROGRAM = fileURLToPath(new URL("../programs/timed-exchanges.py", import.meta.url));

interface Network {
  rttUs: number;
  retransmits: number;
}

/** What timed-exchanges.py says. */
export interface Facts {
  path: string;
  arrival: [least: number, most: number];
  cpu: [least: number, most: number];
  network: [before: Network, after: Network];
}

/** What was measured of a head. */
export interface Measured {
  pid: number;
  server: boolean;
  /** empty for a response */
  path: string;
  /** of RecordTiming */
  known: number;
  firstByteNs: number;
  arrivalNs: number;
  cpuNs: number;
  network: Network;
}

/** Heads of all processes, HTTP in clear among them, under one policy that asks for these timings. */
export const captureTimings = (
  cleanup: Cleanup,
  timings: Timing[],
  { withoutPrograms = [], go = false }: { withoutPrograms?: string[]; go?: boolean } = {},
) => {
  const seen: Measured[] = [];
  const { session, tables } = startKernelCapture(
    cleanup,
    (record, bytes) => {
      const { timings: known, arrivalDelayNs: arrivalNs, threadCpuNs: cpuNs, rttUs, retransmits } = record;
      seen.push({
        pid: record.pid,
        server: record.role === RecordRole.ROLE_SERVER,
        path: record.request ? pathOf(record, bytes) : "",
        ...{ known, firstByteNs: record.firstByteNs, arrivalNs, cpuNs, network: { rttUs, retransmits } },
      });
    },
    { clearText: true, withoutPrograms, go },
  );
  const applied = tables.apply(policySet(1, { all: timings.length === 0 ? {} : { timings } }));
  return { seen, session, tables, applied };
};

/** How many exchanges timed-exchanges.py makes. */
const EXCHANGES = { speak: 14, http2: 2, handed: 3, streamed: 3, messages: 1, multipath: 1 };

/** Runs timed-exchanges.py. @returns its facts, and what was measured of both ends in the order of the records */
export const runTimedExchanges = async (cleanup: Cleanup, seen: Measured[], what: keyof typeof EXCHANGES) => {
  const program = startProgram(PYTHON, [PROGRAM]);
  cleanup.add(() => program.stop("SIGKILL"));
  program.send(what);
  await program.line((line) => line === "done");
  const heads = 2 * EXCHANGES[what];
  const mine = (server: boolean) => seen.filter((each) => each.pid === program.pid && each.server === server);
  await until("all messages", () => mine(true).length >= heads && mine(false).length >= heads);
  program.send("end");
  const facts = program.lines.filter((line) => line !== "done").map((line) => JSON.parse(line) as Facts);
  return { facts, server: mine(true), client: mine(false) };
};

/** The request of this path. @throws Error where there is none */
export const requestOf = (messages: Measured[], path: string): Measured => {
  const found = messages.find((each) => each.path === path);
  if (found === undefined) throw new Error(`${path} was not seen`);
  return found;
};

/** The response that comes next after the request of this path: connections take turns. @throws Error where there is none */
export const responseOf = (messages: Measured[], path: string): Measured => {
  const after = messages.slice(messages.indexOf(requestOf(messages, path)) + 1);
  const found = after.find((each) => each.path === "");
  if (found === undefined) throw new Error(`no response to ${path} was seen`);
  return found;
};
