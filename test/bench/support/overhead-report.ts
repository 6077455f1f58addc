import type { AgentMeasure } from "./agent-measure.js";
import { MODES, type Mode } from "./modes.js";
import { overheadFigures } from "./overhead-figures.js";
import type { OverheadTargets } from "./overhead-targets.js";
import type { ServerMeasure } from "./server-measure.js";
import { median } from "./statistics.js";
import type { TracedServer } from "./traced-server.js";

const micros = (ns: number): string => `${(ns / 1000).toFixed(1)} µs`;

/** The figures of all rounds as text: medians and their ratios, and the targets beside what is compared round by round. */
export const overheadReport = (
  server: Pick<TracedServer, "name" | "usualHits" | "exchangesPerRequest">,
  measures: Record<Mode, readonly ServerMeasure[]>,
  agents: readonly AgentMeasure[],
  targets: OverheadTargets,
): string => {
  const figures = overheadFigures(measures, agents);
  const { perSecond, serverNs, agentNs, idleMib, residentMib, peakMib, lost } = figures;
  const row = (mode: Mode) =>
    [
      mode.padEnd(9),
      `${perSecond[mode].toFixed(0)} requests/s`.padStart(18),
      `${(perSecond[mode] / perSecond.untraced).toFixed(3)} of untraced`.padStart(19),
      `${(perSecond[mode] / perSecond.floor).toFixed(3)} of floor`.padStart(16),
      `${micros(serverNs[mode])} of ${server.name} CPU a request`.padStart(33),
      `${micros(serverNs[mode] - serverNs.untraced)} added`.padStart(16),
      `its CPU busy ${(figures.busy[mode] * 100).toFixed(0)} %`.padStart(20),
    ].join(" ");
  const spreadOf = (mode: Mode) => `${(figures.apart[mode] * 100).toFixed(1)} % of their median`;
  const rounds = (mode: Mode) => measures[mode].map((each) => each.perSecond.toFixed(0)).join(" ");
  const exchanges = server.exchangesPerRequest === 1 ? "" : `, ${server.exchangesPerRequest} exchanges each`;
  return [
    ...MODES.map(row),
    `  the better rounds (upper quartile), which others on this host disturbed least: ${MODES.map((mode) => `${mode} ${figures.best[mode].toFixed(0)}`).join(", ")} requests/s; traced is ${(figures.best.traced / figures.best.untraced).toFixed(3)} of untraced, ${(figures.best.traced / figures.best.floor).toFixed(3)} of floor`,
    ...MODES.map((mode) => `  each round, ${mode}: ${rounds(mode)} requests/s, ${spreadOf(mode)} apart`),
    `  each round, traced of floor: ${figures.ofFloorEach.map((ratio) => ratio.toFixed(3)).join(" ")}`,
    `  agent: ${micros(agentNs)} of CPU a request, ${(agentNs / 1000).toFixed(1)} ms per 1,000 requests; resident ${idleMib.toFixed(0)} MiB before the load, ${residentMib.toFixed(0)} MiB after it, ${peakMib.toFixed(0)} MiB at most`,
    `  probe hits a request: ${median(agents.map(({ probeHitsPerRequest }) => probeHitsPerRequest)).toFixed(2)} (${server.usualHits})`,
    `  captured ${agents.map(({ captured }) => captured).join(" ")} of ${agents.map(({ requestsMade }) => requestsMade).join(" ")} answered requests${exchanges}; lost: ${lost || "none"}`,
    `  counted only, above the agent's budget of exchanges kept one by one in a second: ${agents.map(({ countedOnly }) => countedOnly).join(" ")}`,
    "targets:",
    ...targets(figures),
  ].join("\n");
};
