import { findExecutables } from "@masthead/agent/capture/executable-search";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { startLoadGenerator } from "./support/load-generator.js";
import { governed, loadTracepoints, type Tracepoints } from "./support/loaded-tracepoints.js";
import { nginxServer } from "./support/nginx-server.js";
import { benchSettings } from "./support/settings.js";
import { median, quantile } from "./support/statistics.js";
import { target } from "./support/target.js";
import { byTurns } from "./support/turns.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const TURN_SECONDS = 1;
const TURNS_A_ROUND = 4;
const AT_LEAST = 0.9;

/**
 * The programs alone that read HTTP in clear, by turns with empty ones: short beside the minutes in which a shared host changes its speed.
 * Of an agent there is no more than what reads the ring.
 */
test.each(benchSettings().workloads)("nginx in clear under wrk, %s, by turns of a second", async (name) => {
  const turns = benchSettings().rounds * TURNS_A_ROUND;
  const placement = placeOnCpus(cleanup, "the server", "wrk and what reads the ring");
  const server = await nginxServer(name, { clearText: true })(cleanup, placement);
  const load = startLoadGenerator(cleanup, server.origin);
  const [executable] = findExecutables(server.executable);
  if (executable === undefined) throw new Error(`${server.executable} is gone`);
  const traced = loadTracepoints(cleanup, BUILT_OBJECT, governed(executable));
  const floor = loadTracepoints(cleanup, buildEmptyProbes(cleanup.folder()), () => {});
  const perSecond = async (tracepoints: Tracepoints): Promise<number> => {
    const detach = tracepoints.attach();
    const done = await load.run(TURN_SECONDS);
    detach();
    return done.perSecond;
  };
  await perSecond(traced);
  const measured = await byTurns(
    turns,
    () => perSecond(traced),
    () => perSecond(floor),
  );
  const ratios = measured.map(([one, empty]) => one / empty);
  await traced.close();
  await floor.close();
  const ratio = median(ratios);
  const quartiles = [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(3)).join(" to ");
  console.log(
    [
      `nginx in clear, ${name}: ${server.words}; ${placement.words}`,
      target(
        ratio >= AT_LEAST,
        `throughput with the programs alone, of empty tracepoints, by ${turns} turns: ${ratio.toFixed(3)} (at least ${AT_LEAST}); half of them ${quartiles}`,
      ),
    ].join("\n"),
  );
});
