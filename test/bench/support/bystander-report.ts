import type { Pace } from "./bystander.js";
import { MODES, type Mode } from "./modes.js";
import { byRounds, median, spread } from "./statistics.js";
import { target } from "./target.js";

/** Which ratio has to be at least what. That of empty tracepoints is measured by turns, too. */
export interface BystanderTarget {
  readonly of: Exclude<Mode, "traced">;
  readonly atLeast: number;
}

const NAMES: Record<Mode, string> = { untraced: "untraced", floor: "empty tracepoints", traced: "agent" };

const perCpuSecond = ({ times, cpuNs }: Pace): number => (times * 1e9) / cpuNs;
const perWallSecond = ({ times, wallNs }: Pace): number => (times * 1e9) / wallNs;
/** Four digits that count. */
const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en-GB") : value.toPrecision(4);

const each = (ns: number): string => (ns >= 1e6 ? `${figure(ns / 1e6)} ms each` : `${figure(ns)} ns each`);

/** The figures of all rounds of one task as text: medians, ratios, and the target beside them. */
export const bystanderReport = (
  task: string,
  paces: Record<Mode, readonly Pace[]>,
  { of, atLeast }: BystanderTarget,
): string => {
  const middle = (mode: Mode, pace: (one: Pace) => number) => median(paces[mode].map(pace));
  const cpu = (mode: Mode) => middle(mode, perCpuSecond);
  const wall = (mode: Mode) => middle(mode, perWallSecond);
  const ns = (mode: Mode) => middle(mode, ({ times, cpuNs }) => cpuNs / times);
  const row = (mode: Mode) =>
    [
      `  ${NAMES[mode].padEnd(17)}`,
      `${figure(cpu(mode))} per second of CPU`.padStart(31),
      `${(cpu(mode) / cpu("untraced")).toFixed(3)} of untraced`.padStart(19),
      `${(cpu(mode) / cpu("floor")).toFixed(3)} of empty tracepoints`.padStart(28),
      each(ns(mode)).padStart(16),
      `by the clock ${(wall(mode) / wall("untraced")).toFixed(3)} of untraced`.padStart(34),
    ].join(" ");
  const rounds = (mode: Mode) =>
    `    each round, ${NAMES[mode]}: ${paces[mode].map((pace) => figure(perCpuSecond(pace))).join(" ")}, ${(spread(paces[mode].map(perCpuSecond)) * 100).toFixed(1)} % of their median apart`;
  const ratios = byRounds(paces.traced, paces[of], (pace, other) => perCpuSecond(pace) / perCpuSecond(other));
  const ratio = median(ratios);
  return [
    `${task}:`,
    ...MODES.map(row),
    ...MODES.map(rounds),
    `    each round, agent of ${NAMES[of]}: ${ratios.map((one) => one.toFixed(3)).join(" ")}`,
    target(
      ratio >= atLeast,
      `${task}, of ${NAMES[of]}, by rounds: ${ratio.toFixed(3)} (at least ${atLeast})`,
    ),
  ].join("\n");
};

/** How one task fared by turns, with its target: what it has to have at least of its pace with empty tracepoints. */
export const turnsReport = (task: string, ratios: readonly number[], atLeast: number): string => {
  const ratio = median(ratios);
  const each = ratios.map((one) => one.toFixed(3)).join(" ");
  return target(
    ratio >= atLeast,
    `${task}, of empty tracepoints, by turns: ${ratio.toFixed(3)} (at least ${atLeast}); each load: ${each}`,
  );
};
