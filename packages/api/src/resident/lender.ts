/** Lends a bounded number of things, each to one borrower at a time; whoever comes later waits in turn. */
export interface Lender<T> {
  /** @throws Error `EXHAUSTED` when too many wait already */
  lend<R>(work: (thing: T) => Promise<R>): Promise<R>;
  /** Waits for loans to come back, then closes everything. */
  close(): Promise<void>;
}

const MAX_WAITING = 1_000;

/** @param open makes one; lazily, so that it never fails by itself */
export function createLender<T>(options: {
  max: number;
  open: () => T;
  close: (thing: T) => Promise<void>;
}): Lender<T> {
  const idle: T[] = [];
  const waiting: ((thing: T) => void)[] = [];
  let lent = 0;
  let whenIdle: (() => void) | undefined;

  const take = (): Promise<T> | T => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (lent < options.max) return options.open();
    if (waiting.length >= MAX_WAITING) {
      throw Object.assign(new Error("too many wait for a connection"), { code: "CONNECTION_EXHAUSTED" });
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (thing: T): void => {
    const next = waiting.shift();
    if (next) {
      next(thing);
      return;
    }
    lent -= 1;
    idle.push(thing);
    if (lent === 0) whenIdle?.();
  };

  return {
    async lend(work) {
      const taken = take();
      if (!(taken instanceof Promise)) lent += 1;
      const thing = await taken;
      try {
        return await work(thing);
      } finally {
        giveBack(thing);
      }
    },
    async close() {
      if (lent > 0)
        await new Promise<void>((resolve) => {
          whenIdle = resolve;
        });
      await Promise.all(idle.splice(0).map(options.close));
    },
  };
}
