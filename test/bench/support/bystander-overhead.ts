import { expect } from "vitest";
import type { Cleanup } from "../../support/cleanup.js";
import { accountOf } from "./agent-measure.js";
import { startBenchFleet } from "./bench-fleet.js";
import type { Bystander, Pace } from "./bystander.js";
import { type BystanderTarget, bystanderReport, turnsReport } from "./bystander-report.js";
import { placeOnCpus } from "./cpu-placement.js";
import { attachEmptyTracepoints, buildEmptyProbes } from "./empty-probes.js";
import { MODES, type Mode, modesOfRound } from "./modes.js";
import { nginxServer } from "./nginx-server.js";
import { loadedProbes } from "./other-probes.js";
import { cpuNs, residentBytes } from "./process-cost.js";
import { benchSettings } from "./settings.js";
import { benchPolicy, startAgent } from "./traced-agent.js";
import { alternateTracepoints } from "./tracepoint-turns.js";

/** Made of the agent's target, so that an agent that sees nothing at all does not pass for a cheap one. */
const REQUESTS_OF_TARGET = 10;

export interface BystanderOverhead {
  readonly label: string;
  readonly start: (cleanup: Cleanup) => Bystander;
  readonly target: BystanderTarget;
}

/** The paces of each task in one mode, one round. */
type Paces = Map<string, Pace>;

/**
 * Measures a program that is no target, in interleaved rounds: untraced, with empty programs on the agent's tracepoints, with
 * an agent whose one target is another program; where empty tracepoints are what it is to be compared with, also by turns. Prints the figures; fails where an agent lost an exchange of that target,
 * or saw fewer or more of them than there were.
 */
export const measureBystander = async (cleanup: Cleanup, { label, start, target }: BystanderOverhead) => {
  const { rounds, seconds, warmSeconds, agentWarmSeconds } = benchSettings();
  const placement = placeOnCpus(cleanup, "the bystander", "agent, nats-server");
  const targeted = await nginxServer("alone", { clearText: true })(cleanup, placement);
  const { nats, committer, home } = await startBenchFleet(cleanup, benchPolicy(targeted.executable));
  const emptyObject = buildEmptyProbes(cleanup.folder());
  const bystander = start(cleanup);
  placement.pinServer(bystander.pid);

  const runTasks = async (warmUp: number): Promise<Paces> => {
    const paces: Paces = new Map();
    await bystander.run(bystander.tasks[0] ?? "", warmUp);
    for (const task of bystander.tasks) paces.set(task, await bystander.run(task, seconds));
    return paces;
  };
  const agents: { captured: number; lost: unknown[]; cpuShare: number; peakMib: number }[] = [];
  let foreign = 0;
  let tracepoints = "";
  const measure: Record<Mode, () => Promise<Paces>> = {
    async untraced() {
      foreign = Math.max(foreign, loadedProbes());
      return runTasks(warmSeconds);
    },
    async floor() {
      const probes = attachEmptyTracepoints(emptyObject);
      tracepoints = probes.words;
      try {
        return await runTasks(warmSeconds);
      } finally {
        probes.detach();
      }
    },
    async traced() {
      const agent = await startAgent(cleanup, nats, home);
      const before = { cpuNs: cpuNs(agent.pid), atMs: performance.now() };
      const paces = await runTasks(agentWarmSeconds);
      const cpuShare = (cpuNs(agent.pid) - before.cpuNs) / 1e6 / (performance.now() - before.atMs);
      for (let made = 0; made < REQUESTS_OF_TARGET; made += 1) {
        await (await fetch(`${targeted.origin}/v1/orders/${made}`)).text();
      }
      const peakMib = residentBytes(agent.pid).peak / 1024 ** 2;
      await agent.stop();
      const { captured, lost } = await accountOf(committer);
      agents.push({ captured, lost, cpuShare, peakMib });
      return paces;
    },
  };

  const measures: Record<Mode, Paces[]> = { untraced: [], floor: [], traced: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const mode of modesOfRound(round)) {
      measures[mode].push(await measure[mode]());
      console.log(`${label}, round ${round + 1}/${rounds} ${mode}: done`);
    }
  }

  const pacesOf = (task: string) =>
    Object.fromEntries(
      MODES.map((mode) => [mode, measures[mode].flatMap((paces) => paces.get(task) ?? [])]),
    ) as Record<Mode, Pace[]>;
  const byTurns =
    target.of === "floor" && benchSettings().readsClearText
      ? await alternateTracepoints(cleanup, bystander, emptyObject, rounds)
      : [];
  const list = (of: (agent: (typeof agents)[number]) => string) => agents.map(of).join(" ");
  console.log(
    [
      `${label}; medians of ${rounds} interleaved rounds of ${seconds} s a task after ${warmSeconds} s of warm-up, ${agentWarmSeconds} s for a new agent`,
      placement.words,
      `empty programs on ${tracepoints}`,
      ...(foreign > 0 ? [`WARNING: ${foreign} probe programs of another agent were loaded meanwhile`] : []),
      ...bystander.tasks.map((task) => bystanderReport(task, pacesOf(task), target)),
      ...byTurns.map((ratios, at) => turnsReport(bystander.tasks[at] ?? "", ratios, target.atLeast)),
      `  agent, each round: ${list(({ cpuShare }) => `${(cpuShare * 100).toFixed(1)} %`)} of a CPU meanwhile, its start's last part included; ${list(({ peakMib }) => peakMib.toFixed(0))} MiB resident at most`,
    ].join("\n"),
  );
  for (const { captured, lost } of agents) {
    expect(lost).toEqual([]);
    expect(captured).toBe(REQUESTS_OF_TARGET);
  }
};
