/** What a process did, step by step; it ends with SIGKILL at the one that it is to die at. */
export class Steps {
  readonly #seen = new Set<string>();

  /** @param dieAt name of a step; absent: it lives */
  constructor(private readonly dieAt?: string) {}

  /** Names in the order in which they were first come by. */
  get seen(): string[] {
    return [...this.#seen];
  }

  pass(step: string): void {
    this.#seen.add(step);
    if (this.isEnd(step)) die();
  }

  /** For a step that is not over at once: the caller has to call {@link die} when it is. */
  isEnd(step: string): boolean {
    this.#seen.add(step);
    return step === this.dieAt;
  }
}

/** Nothing is flushed, closed or said any more. */
export const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  for (;;);
};
