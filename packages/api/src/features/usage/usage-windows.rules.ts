import type { TimeRange } from "../../platform/http/instant.js";

/** How the windows of a question are told apart in SQL: by where its stretches of time begin. */
export interface WindowSlots {
  /** starts of stretches, ascending, microseconds: windows of the period before, a gap where there is one, then the windows */
  startsUs: readonly number[];
  /** how many of them are windows of the period before */
  previous: number;
  /** first stretch (from 0) that is a window of the range */
  first: number;
}

/** The range cut at the boundaries that lie in it. An empty range has no windows. @param boundariesUs ascending */
export const windowsBetween = (range: TimeRange, boundariesUs: readonly number[]): TimeRange[] => {
  if (range.fromUs === range.toUs) return [];
  const starts = [range.fromUs, ...boundariesUs];
  return starts.map((fromUs, i) => ({ fromUs, toUs: starts[i + 1] ?? range.toUs }));
};

/** Boundaries of windows of one length, counted from 1970. */
export const boundariesEvery = (range: TimeRange, stepUs: number): number[] => {
  const boundaries: number[] = [];
  for (let at = (Math.floor(range.fromUs / stepUs) + 1) * stepUs; at < range.toUs; at += stepUs)
    boundaries.push(at);
  return boundaries;
};

/** @param previous windows that end by the start of `windows` */
export const slotsOf = (windows: readonly TimeRange[], previous: readonly TimeRange[]): WindowSlots => {
  const gap = previous.at(-1)?.toUs;
  const gaps = gap === undefined || gap === windows[0]?.fromUs ? [] : [gap];
  return {
    startsUs: [...previous.map(({ fromUs }) => fromUs), ...gaps, ...windows.map(({ fromUs }) => fromUs)],
    previous: previous.length,
    first: previous.length + gaps.length,
  };
};
