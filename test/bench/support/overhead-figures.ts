import { type AgentMeasure, inWords } from "./agent-measure.js";
import { MODES, type Mode } from "./modes.js";
import type { ServerMeasure } from "./server-measure.js";
import { byRounds, median, quantile, spread } from "./statistics.js";

const MIB = 1024 * 1024;

/** Of all rounds, what three quarters of them do not surpass: whatever else runs on the host only ever slows one down. */
const BEST_ROUNDS = 0.75;

/** Medians over all rounds, but for `best`. What is compared is compared round by round: a host may change its speed between two. */
export interface OverheadFigures {
  perSecond: Record<Mode, number>;
  serverNs: Record<Mode, number>;
  /** share of time, 0 to 1 */
  busy: Record<Mode, number>;
  /** how far the rounds lie apart, as a share of their median */
  apart: Record<Mode, number>;
  ofUntraced: number;
  ofFloor: number;
  /** throughput when traced, as a share of the floor's, of each round */
  ofFloorEach: number[];
  /** requests a second of the undisturbed rounds */
  best: Record<Mode, number>;
  /** CPU time of the server a request, over that when untraced */
  addedNs: number;
  /** what empty probes add, and the agent's over these; medians, each of its own */
  addedByFloorNs: number;
  addedOverFloorNs: number;
  agentNs: number;
  idleMib: number;
  residentMib: number;
  /** of all rounds the most */
  peakMib: number;
  /** of all rounds, in words; none: empty */
  lost: string;
}

export const overheadFigures = (
  measures: Record<Mode, readonly ServerMeasure[]>,
  agents: readonly AgentMeasure[],
): OverheadFigures => {
  const each = (of: (rounds: readonly ServerMeasure[]) => number) =>
    Object.fromEntries(MODES.map((mode) => [mode, of(measures[mode])])) as Record<Mode, number>;
  const { untraced, floor, traced } = measures;
  const throughput = (measure: ServerMeasure, beside: ServerMeasure) => measure.perSecond / beside.perSecond;
  const added = (measure: ServerMeasure, beside: ServerMeasure) =>
    measure.serverNsPerRequest - beside.serverNsPerRequest;
  const ofFloorEach = byRounds(traced, floor, throughput);
  const perSecond = each((rounds) => median(rounds.map((round) => round.perSecond)));
  const serverNs = each((rounds) => median(rounds.map((round) => round.serverNsPerRequest)));
  return {
    perSecond,
    serverNs,
    busy: each((rounds) => median(rounds.map((round) => round.serverCpuBusy))),
    apart: each((rounds) => spread(rounds.map((round) => round.perSecond))),
    ofUntraced: median(byRounds(traced, untraced, throughput)),
    ofFloor: median(ofFloorEach),
    ofFloorEach,
    best: each((rounds) =>
      quantile(
        rounds.map((round) => round.perSecond),
        BEST_ROUNDS,
      ),
    ),
    addedNs: median(byRounds(traced, untraced, added)),
    addedByFloorNs: median(byRounds(floor, untraced, added)),
    addedOverFloorNs: median(byRounds(traced, floor, added)),
    agentNs: median(agents.map(({ nsPerRequest }) => nsPerRequest)),
    idleMib: median(agents.map(({ idleResidentBytes }) => idleResidentBytes)) / MIB,
    residentMib: median(agents.map(({ residentBytes }) => residentBytes)) / MIB,
    peakMib: Math.max(...agents.map(({ peakResidentBytes }) => peakResidentBytes)) / MIB,
    lost: inWords(agents.flatMap(({ lost }) => lost)),
  };
};
