import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import type { Cell } from "./declared.js";

/** What is wrong with coverage's words for the processes of a cell. Empty: nothing. */
export function coverageFaults({ expected, link }: Cell, entries: readonly CoverageEntry[]): string[] {
  if (entries.length === 0) return ["none of its processes is in coverage"];
  const found = entries.map(({ state, runtime, reason }) => `${state}, ${runtime ?? reason}`);
  if ("notYet" in expected) return found.includes(`not_captured, ${expected.notYet}`) ? [] : found;
  // One process has one entry, which names the library that it has, whether or not it speaks in clear.
  if (link === "clear") return entries.some(({ state }) => state === "captured") ? [] : found;
  return found.includes(`captured, ${expected.source}`) ? [] : found;
}
