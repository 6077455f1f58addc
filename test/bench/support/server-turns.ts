import { readFileSync } from "node:fs";
import { until } from "../../support/until.js";
import type { LoadGenerator } from "./load-generator.js";
import { OF_FLOOR_AT_LEAST } from "./overhead-targets.js";
import { benchSettings } from "./settings.js";
import { median, quantile } from "./statistics.js";
import { target } from "./target.js";
import { byTurns } from "./turns.js";

const TURN_MS = 200;
/** Until the programs that were just attached run as they will, and an agent has taken most of what it had seen. */
const SETTLE_MS = 150;
const TURNS_A_ROUND = 8;

/** Attaches what is measured. @returns what takes it away */
export type Attach = () => Promise<() => Promise<void>>;

/** Bytes that a process has written so far, to sockets and files: as many for one request as for another (proc_pid_io(5)). */
export const bytesWritten = (pid: number): number =>
  Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);

/** A turn is as long as the clock says, and no event ends it. */
const pass = (ms: number): Promise<boolean> => {
  const endsAt = performance.now() + ms;
  return until("the turn to be over", () => performance.now() >= endsAt);
};

/** A server under load, and what stands there by turns. */
export interface ServerTurns {
  load: LoadGenerator;
  /** of the process that answers */
  workerPid: number;
  traced: Attach;
  floor: Attach;
  /** how long what is traced runs before it is measured */
  warmMs: number;
}

/** How much the server did in each pair of turns: bytes a millisecond. And how many requests it answered, warm-up included. */
export interface MeasuredTurns {
  pairs: [traced: number, floor: number][];
  requests: number;
}

/** One turn. @param begin begins to measure, and returns what ends that */
export const takeTurn = async <Measure>(
  attach: Attach,
  ms: number,
  begin: () => () => Measure,
): Promise<Measure> => {
  const detach = await attach();
  await pass(SETTLE_MS);
  const end = begin();
  await pass(ms);
  const measure = end();
  await detach();
  return measure;
};

/** Connections begin where probes stand already, as those of an agent do: a handshake may be what tells their socket. @returns what ends the load */
export const loadTraced = async (load: LoadGenerator, traced: Attach, warmMs: number) => {
  const detach = await traced();
  const stopLoad = load.runUntilStopped();
  await pass(warmMs);
  await detach();
  return stopLoad;
};

/** Measures as often as `BENCH_ROUNDS` says. */
export const measureTurns = async (turns: ServerTurns): Promise<MeasuredTurns> => {
  const { load, workerPid, traced, floor, warmMs } = turns;
  const pace = (attach: Attach): Promise<number> =>
    takeTurn(attach, TURN_MS, () => {
      const [before, beganAt] = [bytesWritten(workerPid), performance.now()];
      return () => (bytesWritten(workerPid) - before) / (performance.now() - beganAt);
    });
  const stopLoad = await loadTraced(load, traced, warmMs);
  const pairs = await byTurns(
    benchSettings().rounds * TURNS_A_ROUND,
    () => pace(traced),
    () => pace(floor),
  );
  return { pairs, requests: (await stopLoad()).requests };
};

/** The target, read on all turns. @param what was traced, in words */
export const turnsReport = (what: string, { pairs }: MeasuredTurns): string => {
  const traced = pairs.map(([one]) => one);
  const floor = pairs.map(([, empty]) => empty);
  const of = (share: number) => quantile(traced, share) / quantile(floor, share);
  const ratios = pairs.map(([one, empty]) => one / empty);
  return [
    target(
      of(0.75) >= OF_FLOOR_AT_LEAST,
      `throughput with ${what}, of empty ones, upper quartiles of ${pairs.length} turns of ${TURN_MS} ms each: ${of(0.75).toFixed(3)} (at least ${OF_FLOOR_AT_LEAST})`,
    ),
    `  medians: ${of(0.5).toFixed(3)}; of one turn and the next, the median: ${median(ratios).toFixed(3)}`,
  ].join("\n");
};
