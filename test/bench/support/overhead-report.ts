import type { Loss } from "@masthead/shared/wire/ledger";
import type { ServerMeasure } from "./nginx-measure.js";
import { median, spread } from "./statistics.js";

export const MODES = ["untraced", "floor", "traced"] as const;
export type Mode = (typeof MODES)[number];

export interface AgentMeasure {
  nsPerRequest: number;
  /** before any load, after it, and the most there was */
  idleResidentBytes: number;
  residentBytes: number;
  peakResidentBytes: number;
  /** request heads that the kernel saw in this run of the agent, and what was made */
  captured: number;
  requestsMade: number;
  lost: Loss[];
  probeHitsPerRequest: number;
  /** exchanges that were counted and, above the agent's budget, not kept one by one */
  countedOnly: number;
}

const MIB = 1024 * 1024;
const micros = (ns: number): string => `${(ns / 1000).toFixed(1)} µs`;
const target = (isMet: boolean, words: string): string => `  ${isMet ? "met   " : "MISSED"}  ${words}`;

/** The figures of all rounds as text: medians, ratios, and the targets beside them. */
export const overheadReport = (
  measures: Record<Mode, readonly ServerMeasure[]>,
  agents: readonly AgentMeasure[],
): string => {
  const perSecond = (mode: Mode) => median(measures[mode].map((each) => each.perSecond));
  const serverNs = (mode: Mode) => median(measures[mode].map((each) => each.serverNsPerRequest));
  const busy = (mode: Mode) => median(measures[mode].map((each) => each.serverCpuBusy));
  const apart = spread(measures.untraced.map(({ perSecond: each }) => each));
  const ofUntraced = perSecond("traced") / perSecond("untraced");
  const ofFloor = perSecond("traced") / perSecond("floor");
  const addedNs = serverNs("traced") - serverNs("untraced");
  const agentNs = median(agents.map(({ nsPerRequest }) => nsPerRequest));
  const peakMib = Math.max(...agents.map(({ peakResidentBytes }) => peakResidentBytes)) / MIB;
  const residentMib = median(agents.map(({ residentBytes }) => residentBytes)) / MIB;
  const idleMib = median(agents.map(({ idleResidentBytes }) => idleResidentBytes)) / MIB;
  const lost = agents.flatMap((agent) =>
    agent.lost.map((loss) => `${loss.stage}/${loss.reason} ${loss.count}`),
  );
  const row = (mode: Mode) =>
    [
      mode.padEnd(9),
      `${perSecond(mode).toFixed(0)} requests/s`.padStart(18),
      `${(perSecond(mode) / perSecond("untraced")).toFixed(3)} of untraced`.padStart(19),
      `${(perSecond(mode) / perSecond("floor")).toFixed(3)} of floor`.padStart(16),
      `${micros(serverNs(mode))} of nginx CPU a request`.padStart(33),
      `${micros(serverNs(mode) - serverNs("untraced"))} added`.padStart(16),
      `its CPU busy ${(busy(mode) * 100).toFixed(0)} %`.padStart(20),
    ].join(" ");
  const spreadOf = (mode: Mode) =>
    `${(spread(measures[mode].map((each) => each.perSecond)) * 100).toFixed(1)} % of their median`;
  const rounds = (mode: Mode) => measures[mode].map((each) => each.perSecond.toFixed(0)).join(" ");
  return [
    ...MODES.map(row),
    ...MODES.map((mode) => `  each round, ${mode}: ${rounds(mode)} requests/s, ${spreadOf(mode)} apart`),
    `  agent: ${micros(agentNs)} of CPU a request, ${(agentNs / 1000).toFixed(1)} ms per 1,000 requests; resident ${idleMib.toFixed(0)} MiB before the load, ${residentMib.toFixed(0)} MiB after it, ${peakMib.toFixed(0)} MiB at most`,
    `  probe hits a request: ${median(agents.map(({ probeHitsPerRequest }) => probeHitsPerRequest)).toFixed(2)} (nginx reads twice and writes once; far more: other programs of this host were busy on the same libssl)`,
    `  captured ${agents.map(({ captured }) => captured).join(" ")} of ${agents.map(({ requestsMade }) => requestsMade).join(" ")} answered requests; lost: ${lost.join(", ") || "none"}`,
    `  counted only, above the agent's budget of exchanges kept one by one in a second: ${agents.map(({ countedOnly }) => countedOnly).join(" ")}`,
    "targets:",
    target(addedNs <= 20_000, `CPU added in the server a request: ${micros(addedNs)} (at most 20 µs)`),
    target(agentNs <= 12_000, `CPU of the agent a request: ${micros(agentNs)} (at most 12 µs)`),
    target(ofFloor >= 0.9, `throughput of the floor: ${ofFloor.toFixed(3)} (at least 0.9)`),
    target(
      ofUntraced >= Math.min(0.6, 1 - apart),
      `throughput of untraced: ${ofUntraced.toFixed(3)} (at least 0.6, or within the spread: ${(1 - apart).toFixed(3)})`,
    ),
    target(peakMib < 100, `resident memory of the agent at most: ${peakMib.toFixed(0)} MiB (under 100 MiB)`),
    target(lost.length === 0, `losses: ${lost.join(", ") || "none"} (none)`),
  ].join("\n");
};
