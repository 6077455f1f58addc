import type { Part } from "./part.js";

/** The start was given up because everything is being stopped. */
export class Stopping extends Error {
  override readonly message = "stopping";
}

/** What runs so far, so that it can be stopped at any moment of the start. */
export class StartedParts {
  readonly #parts: Part[] = [];
  readonly #stopping = new AbortController();
  #starting: Promise<unknown> = Promise.resolve();

  /** Aborted when everything is to stop: a start that waits gives up. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Waits for a start, one at a time. @throws Stopping when it came too late; what `start` throws */
  async add<T extends { part: Part }>(start: () => Promise<T>): Promise<T> {
    if (this.stopping.aborted) throw new Stopping();
    const starting = start().then((started) => {
      this.#parts.push(started.part);
      return started;
    });
    this.#starting = starting.catch(() => {});
    return starting;
  }

  /** Stops all, last started first. One that fails to stop does not keep the others running. */
  async stopAll(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    const errors: unknown[] = [];
    for (const part of this.#parts.splice(0).reverse())
      await part.stop().catch((error) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, "some parts did not stop");
  }
}
