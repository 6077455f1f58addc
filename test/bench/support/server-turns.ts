import { readFileSync } from "node:fs";
import { until } from "../../support/until.js";
import { OF_FLOOR_AT_LEAST } from "./overhead-targets.js";
import { median, quantile } from "./statistics.js";
import { target } from "./target.js";
import { byTurns } from "./turns.js";

const TURN_MS = 200;
/** Until the programs that were just attached run as they will. */
const SETTLE_MS = 50;
export const TURNS_A_ROUND = 8;

/** Attaches what is measured. @returns what takes it away */
export type Attach = () => Promise<() => Promise<void>>;

/** Bytes that a process has written so far, to sockets and files: as many for one request as for another (proc_pid_io(5)). */
export const bytesWritten = (pid: number): number =>
  Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);

/** A turn is as long as the clock says, and no event ends it. */
export const pass = (ms: number): Promise<boolean> => {
  const endsAt = performance.now() + ms;
  return until("the turn to be over", () => performance.now() >= endsAt);
};

/** How much a server under load does while the one stands, and while the other does, by turns: bytes a millisecond, of each pair of turns. */
export const measureTurns = (
  turns: number,
  workerPid: number,
  one: Attach,
  other: Attach,
): Promise<[number, number][]> => {
  const pace = async (attach: Attach): Promise<number> => {
    const detach = await attach();
    await pass(SETTLE_MS);
    const [before, beganAt] = [bytesWritten(workerPid), performance.now()];
    await pass(TURN_MS);
    const written = (bytesWritten(workerPid) - before) / (performance.now() - beganAt);
    await detach();
    return written;
  };
  return byTurns(
    turns,
    () => pace(one),
    () => pace(other),
  );
};

/** The target, read on turns of what is traced and of the floor. @param what stood in the first of each pair, in words */
export const turnsReport = (what: string, measured: readonly [traced: number, floor: number][]): string => {
  const traced = measured.map(([one]) => one);
  const floor = measured.map(([, empty]) => empty);
  const of = (share: number) => quantile(traced, share) / quantile(floor, share);
  const ratios = measured.map(([one, empty]) => one / empty);
  return [
    target(
      of(0.75) >= OF_FLOOR_AT_LEAST,
      `throughput with ${what}, of empty ones, upper quartiles of ${measured.length} turns of ${TURN_MS} ms each: ${of(0.75).toFixed(3)} (at least ${OF_FLOOR_AT_LEAST})`,
    ),
    `  medians: ${of(0.5).toFixed(3)}; of one turn and the next, the median: ${median(ratios).toFixed(3)}`,
  ].join("\n");
};
