import { NONE } from "./policy-plan.js";

/** Finds who called: the first of the credentials that the policy fingerprints which the request carries. */
export class ConsumerFinder {
  private rank = NONE;
  private consumer: string | undefined;

  reset(): void {
    this.rank = NONE;
    this.consumer = undefined;
  }

  get found(): string | undefined {
    return this.consumer;
  }

  /** Would a credential of this rank decide? */
  wants(rank: number): boolean {
    return rank < this.rank;
  }

  /** @param whole false: the value was not seen whole, so it names nobody; one of a later credential would be another name for them */
  answer(rank: number, fingerprint: string, whole: boolean): void {
    if (rank >= this.rank) return;
    this.rank = rank;
    this.consumer = whole ? fingerprint : undefined;
  }
}
