import type { LOSSES, Loss, LossStage } from "@masthead/shared/wire/ledger";

type Reason<S extends LossStage> = (typeof LOSSES)[S][number];

/** Losses of user space in this epoch, by stage and reason (promise no-silent-loss). Counts exchanges, only grows. */
export class LossCounts {
  readonly #counts = new Map<string, Loss>();
  #total = 0;

  add<S extends LossStage>(stage: S, reason: Reason<S>, count = 1): void {
    if (count === 0) return;
    const key = `${stage}/${reason}`;
    const loss = this.#counts.get(key);
    if (loss) loss.count += count;
    else this.#counts.set(key, { stage, reason, count });
    this.#total += count;
  }

  get total(): number {
    return this.#total;
  }

  list(): Loss[] {
    return [...this.#counts.values()].map((loss) => ({ ...loss }));
  }
}
