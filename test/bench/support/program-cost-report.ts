import type { ProgramTime } from "./program-times.js";
import { byRounds, median } from "./statistics.js";

/** What came to each program, by name, while the server wrote so many bytes. */
export interface Turn {
  times: ReadonlyMap<string, ProgramTime>;
  bytes: number;
}

interface Measured {
  turns: readonly Turn[];
  /** with empty programs, round by round */
  floor: readonly Turn[];
  /** what it is compared with */
  first: readonly Turn[];
  bytesARequest: number;
}

/** Programs that run less often than once in so many requests are not shown. */
const SHOWN_FROM = 0.05;

/** Medians of all turns. @param object that was measured, by its path */
export const costReport = (object: string, { turns, floor, first, bytesARequest }: Measured): string => {
  const requests = ({ bytes }: Turn) => bytes / bytesARequest;
  const nsOf = (turn: Turn, name?: string) =>
    [...turn.times]
      .filter(([each]) => name === undefined || each === name)
      .reduce((sum, [, { ns }]) => sum + ns / requests(turn), 0);
  /** of each round, beyond what the empty ones took in it */
  const beyond = (of: readonly Turn[], name?: string) =>
    byRounds(of, floor, (turn, empty) => nsOf(turn, name) - nsOf(empty, name));
  const rows = [...new Set(turns.flatMap(({ times }) => [...times.keys()]))]
    .map((name) => ({
      name,
      calls: median(turns.map((turn) => (turn.times.get(name)?.calls ?? 0) / requests(turn))),
      ns: median(beyond(turns, name)),
    }))
    .filter(({ calls }) => calls >= SHOWN_FROM)
    .sort((a, b) => b.ns - a.ns)
    .map(
      ({ name, calls, ns }) =>
        `  ${name.padEnd(20)} ${calls.toFixed(1).padStart(6)} times ${ns.toFixed(0).padStart(7)} ns`,
    );
  const all = beyond(turns);
  const ratio = median(byRounds(all, beyond(first), (one, other) => one / other));
  return [
    `${object}: ${median(all).toFixed(0)} ns a request beyond empty programs${turns === first ? "" : `, round by round ${ratio.toFixed(3)} of the first`}; medians of ${turns.length} turns`,
    ...rows,
  ].join("\n");
};
