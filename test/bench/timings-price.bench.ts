import { policySet } from "@masthead/agent/testing/policies";
import type { Timing } from "@masthead/shared/policy/schema";
import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { addExecutables, startKernelCapture } from "../support/kernel-capture.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { startLoadGenerator } from "./support/load-generator.js";
import { nginxServer } from "./support/nginx-server.js";
import { measureServer, type ServerMeasure } from "./support/server-measure.js";
import { benchSettings } from "./support/settings.js";
import { median, spread } from "./support/statistics.js";

/** What each timing of a policy costs a traced nginx, in one run of the kernel's programs: only the policy changes. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const { rounds, seconds, warmSeconds, workloads } = benchSettings();

const MODES: Record<string, Timing[]> = {
  none: [],
  arrival: ["arrival"],
  network: ["network"],
  cpu: ["cpu"],
  all: ["arrival", "network", "cpu"],
};

test.each(workloads)("timings, nginx with TLS under wrk, %s", async (name) => {
  const placement = placeOnCpus(cleanup, "the server", "wrk, and what reads the records");
  const { words, origin, executable, workerPid } = await nginxServer(name, { clearText: false })(
    cleanup,
    placement,
  );
  const load = startLoadGenerator(cleanup, origin);
  const { tables } = startKernelCapture(cleanup, () => {}, { clearText: true });
  addExecutables(tables, executable);
  const measures = new Map<string, ServerMeasure[]>(Object.keys(MODES).map((mode) => [mode, []]));
  let revision = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [mode, timings] of Object.entries(MODES)) {
      revision += 1;
      const asked = timings.length === 0 ? {} : { timings };
      tables.apply(policySet(revision, { bench: { targets: [{ executable }], ...asked } }));
      await load.run(warmSeconds);
      measures.get(mode)?.push(await measureServer(load, workerPid, seconds));
    }
  }
  const nsOf = (mode: string): number[] => (measures.get(mode) ?? []).map((each) => each.serverNsPerRequest);
  const floor = median(nsOf("none"));
  const lines = Object.keys(MODES).map((mode) => {
    const perSecond = median((measures.get(mode) ?? []).map((each) => each.perSecond));
    const ns = median(nsOf(mode));
    const columns = [`${perSecond.toFixed(0)}/s`, `${(ns / 1000).toFixed(2)} µs`];
    const more = `${((ns - floor) / 1000).toFixed(2)} µs more than none`;
    return `${mode.padEnd(8)} ${columns.join("  ")} a request  ${more}  (spread ${(spread(nsOf(mode)) * 100).toFixed(0)} %)`;
  });
  console.log([`${words}; ${rounds} rounds of ${seconds} s`, placement.words, ...lines].join("\n"));
});
