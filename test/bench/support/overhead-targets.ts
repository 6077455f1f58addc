import type { OverheadFigures } from "./overhead-figures.js";
import { target } from "./target.js";

export type OverheadTargets = (figures: OverheadFigures) => string[];

const micros = (ns: number): string => `${(ns / 1000).toFixed(1)} µs`;

/** What a traced server has at least of its throughput with empty probes. */
export const OF_FLOOR_AT_LEAST = 0.9;

const ofFloor = (figures: OverheadFigures): string =>
  target(
    figures.ofFloor >= OF_FLOOR_AT_LEAST,
    `throughput of the floor: ${figures.ofFloor.toFixed(3)} (at least ${OF_FLOOR_AT_LEAST})`,
  );

const memory = ({ peakMib }: OverheadFigures, boundMib: number): string =>
  target(
    peakMib < boundMib,
    `resident memory of the agent at most: ${peakMib.toFixed(0)} MiB (under ${boundMib} MiB)`,
  );

const losses = ({ lost }: OverheadFigures): string => target(lost === "", `losses: ${lost || "none"} (none)`);

/** What tracing any server may cost. */
export const serverTargets: OverheadTargets = (figures) => [
  ofFloor(figures),
  memory(figures, 120),
  losses(figures),
];

/** What tracing nginx with TLS may cost. */
export const nginxTargets: OverheadTargets = (figures) => {
  const { addedNs, addedByFloorNs, addedOverFloorNs, agentNs, ofUntraced } = figures;
  return [
    target(
      addedNs <= 20_000,
      `CPU added in the server a request: ${micros(addedNs)} (at most 20 µs), empty probes ${micros(addedByFloorNs)}, and what they do ${micros(addedOverFloorNs)}`,
    ),
    target(agentNs <= 12_000, `CPU of the agent a request: ${micros(agentNs)} (at most 12 µs)`),
    ofFloor(figures),
    target(ofUntraced >= 0.6, `throughput of untraced: ${ofUntraced.toFixed(3)} (at least 0.6)`),
    memory(figures, 100),
    losses(figures),
  ];
};
