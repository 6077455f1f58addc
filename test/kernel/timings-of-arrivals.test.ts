import { fileURLToPath } from "node:url";
import { RecordTiming } from "@masthead/agent/decode/record-enums";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { makeCertificate } from "../support/https-servers.js";
import { TELLS_ARRIVALS } from "../support/kernel-release.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { captureTimings, requestOf } from "../support/timed-exchanges.js";
import { until } from "../support/until.js";

/** When a request came, where that is easily taken for another time. */

const PROGRAM = fileURLToPath(new URL("../programs/timed-arrivals.py", import.meta.url));
const { TIMING_ARRIVAL } = RecordTiming;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const start = (...args: string[]) => {
  const program = startProgram(PYTHON, [PROGRAM, ...args]);
  cleanup.add(() => program.stop("SIGKILL"));
  program.send("begin");
  return program;
};

test.runIf(TELLS_ARRIVALS)(
  "what came while no policy asked is not said to have come when one asked again",
  async () => {
    const { seen, tables } = captureTimings(cleanup, ["arrival"]);
    const program = start("resumed");
    const ofServer = () => seen.filter(({ pid, server }) => pid === program.pid && server);
    await program.line((line) => line === "spoken");
    tables.apply(policySet(2, { all: {} }));
    program.send("on");
    await program.line((line) => line === "came");
    tables.apply(policySet(3, { all: { timings: ["arrival"] } }));
    program.send("on");
    await program.line((line) => line === "done");
    await until("all messages", () => ofServer().length === 8);
    const known = ["/first", "/waits", "/joins", "/last"].map((path) => requestOf(ofServer(), path).known);
    expect(known).toEqual([TIMING_ARRIVAL, 0, 0, TIMING_ARRIVAL]);
  },
);

test.runIf(TELLS_ARRIVALS)(
  "five bytes that end a TLS record are not taken for the header of one",
  async () => {
    const { seen } = captureTimings(cleanup, ["arrival"]);
    const { certificate, key } = makeCertificate(cleanup.folder());
    const program = start("cut-record", certificate, key);
    const waited = Number(await program.line((line) => /^\d+$/.test(line)));
    const ofServer = () => seen.filter(({ pid, server }) => pid === program.pid && server);
    await until("all messages", () => ofServer().length === 4);
    expect(requestOf(ofServer(), "/whole").known).toBe(TIMING_ARRIVAL);
    const cut = requestOf(ofServer(), "/cut");
    expect(cut.known).toBe(TIMING_ARRIVAL);
    expect(cut.arrivalNs).toBeGreaterThanOrEqual(waited);
  },
);
