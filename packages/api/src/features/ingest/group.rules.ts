import type { QueuedMessage } from "./ingest.ports.js";

/**
 * Groups messages that are there already: the first opens a group, and what the queue has at hand joins it, up to the bounds.
 * A lone message never waits for company.
 */
export async function* collectGroups(
  messages: AsyncIterable<QueuedMessage>,
  maxMessages: number,
  maxBytes: number,
): AsyncGenerator<QueuedMessage[]> {
  const iterator = messages[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const first = await next;
      if (first.done) return;
      const group = [first.value];
      let bytes = first.value.data.byteLength;
      next = iterator.next();
      while (group.length < maxMessages && bytes < maxBytes) {
        const at = await Promise.race([next, nothingAtHand()]);
        if (at === undefined || at.done) break;
        group.push(at.value);
        bytes += at.value.data.byteLength;
        next = iterator.next();
      }
      yield group;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Resolves once what has arrived at the socket by now has been handed on. */
const nothingAtHand = (): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), 0));
