import type { Loss } from "@masthead/shared/wire/ledger";
import { expect } from "vitest";
import type { Committer } from "./committer.js";

/** One run of the agent under load. */
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

export const inWords = (lost: readonly Loss[]): string =>
  lost.map(({ stage, reason, count }) => `${stage}/${reason} ${count}`).join(", ");

/** What the agent that has just ended accounts for: its last heartbeat, whose ledger has to balance. */
export const accountOf = async (committer: Committer) => {
  const { final, ledger, counters } = await committer.heartbeat();
  expect(final).toBe(true);
  const { captured, batched, pending, lost } = ledger;
  expect(captured).toBe(batched + pending + lost.reduce((sum, { count }) => sum + count, 0));
  return { captured, told: batched, lost, counters };
};
