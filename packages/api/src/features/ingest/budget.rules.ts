import type { MessageQueue, QueuedMessage } from "./ingest.ports.js";

/** Until which of these is spent. */
export interface DrainBudget {
  maxMs: number;
  maxMessages: number;
  /** Ends earlier when nothing came for so long; absent: waits for more. */
  idleMs?: number | undefined;
}

/** All that a queue holds and gets, pull after pull, within a budget. @param clock milliseconds that only grow */
export async function* withinBudget(
  queue: MessageQueue,
  budget: DrainBudget,
  clock: () => number,
  signal?: AbortSignal,
): AsyncGenerator<QueuedMessage> {
  const endsAt = clock() + budget.maxMs;
  let left = budget.maxMessages;
  while (left > 0 && !signal?.aborted) {
    const remaining = endsAt - clock();
    if (remaining <= 0) return;
    const before = left;
    for await (const message of queue.fetch(left, Math.min(remaining, budget.idleMs ?? remaining), signal)) {
      left--;
      yield message;
      if (clock() >= endsAt) return;
    }
    if (left === before && budget.idleMs !== undefined) return;
  }
}
