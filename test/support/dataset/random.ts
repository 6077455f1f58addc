import { createHash } from "node:crypto";
import { seededRandom } from "@masthead/agent/meter/sampling";

/** Numbers that look random and are the same at every run: a generator is named by what it decides. */
export class Random {
  readonly #next: () => number;

  /** @param names the seed, and what is drawn from it: generators of different names know nothing of each other */
  constructor(...names: readonly (string | number)[]) {
    this.#next = seededRandom(createHash("sha256").update(names.join("\n")).digest().readInt32LE(0));
  }

  /** In [0, 1). */
  unit(): number {
    return this.#next();
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  /** A whole number in [from, to]. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#next() * values.length)] as T;
  }

  /** A place in a list of cumulated weights. */
  weighted(cumulated: readonly number[]): number {
    const at = this.#next() * (cumulated[cumulated.length - 1] ?? 0);
    let [low, high] = [0, cumulated.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Around `median`; `sigma` of its logarithm. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.#next()));
  }

  /** Heavy-tailed, from `least` on; the smaller `alpha`, the heavier. */
  pareto(least: number, alpha: number): number {
    return least / (1 - this.#next()) ** (1 / alpha);
  }

  /** Between two bounds, as often in each power of ten. */
  logUniform(from: number, to: number): number {
    return from * (to / from) ** this.#next();
  }
}

/** Cumulated weights by Zipf's law: the second is `2^-exponent` of the first. */
export const zipf = (count: number, exponent: number): number[] => {
  let sum = 0;
  return Array.from({ length: count }, (_, i) => {
    sum += (i + 1) ** -exponent;
    return sum;
  });
};
