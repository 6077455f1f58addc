/**
 * How many consumers there were, where their names were not kept: HyperLogLog with 4,096 registers, sparse (decision 0026).
 * A sketch is one integer `register * 64 + rank` a register that is set, ascending. Merging is exact: the sketch of all is the
 * merge of the sketches of parts, in any order, any number of times.
 */
export type ConsumerSketch = readonly number[];

export const SKETCH_REGISTERS = 4_096;
const RANKS = 64;
/** What is left of a hash beyond the register counts up to here: a rank has six bits. */
const RANK_MAX = RANKS - 1;

/** Standard error of {@link estimateConsumers}, relative: 0.01625. */
export const SKETCH_STANDARD_ERROR = 1.04 / Math.sqrt(SKETCH_REGISTERS);

const FINGERPRINT = /^fp:[0-9a-f]{8}:([0-9a-f]{3})([0-9a-f]{8})([0-9a-f]{8})/;

/**
 * The entry of one consumer. Hex digits of a fingerprint are uniform already: the first three are the register, the rank is
 * the number of leading zero bits of the next sixteen plus one, at most 63.
 * @returns undefined where it is no fingerprint, so nobody can say who it was
 */
export const consumerEntry = (fingerprint: string): number | undefined => {
  const digits = FINGERPRINT.exec(fingerprint);
  if (digits === null) return undefined;
  const [, register = "", high = "", low = ""] = digits;
  const zeros = Math.clz32(Number.parseInt(high, 16));
  const rank = 1 + (zeros < 32 ? zeros : 32 + Math.clz32(Number.parseInt(low, 16)));
  return Number.parseInt(register, 16) * RANKS + Math.min(rank, RANK_MAX);
};

/** Whether it can be a sketch: integers in range, one a register, ascending. */
export const isConsumerSketch = (value: unknown): value is number[] => {
  if (!Array.isArray(value) || value.length > SKETCH_REGISTERS) return false;
  let last = -1;
  for (const entry of value) {
    if (!Number.isInteger(entry) || entry % RANKS === 0) return false;
    const register = Math.floor(entry / RANKS);
    if (register <= last || register >= SKETCH_REGISTERS) return false;
    last = register;
  }
  return true;
};

/** A sketch that is being made: the largest rank of each register. */
export class ConsumerRegisters {
  readonly #entries = new Map<number, number>();

  constructor(sketch: Iterable<number> = []) {
    this.addAll(sketch);
  }

  /** @returns whether the register is new */
  add(entry: number): boolean {
    const register = Math.floor(entry / RANKS);
    const held = this.#entries.get(register);
    if (held === undefined || entry > held) this.#entries.set(register, entry);
    return held === undefined;
  }

  addAll(entries: Iterable<number>): void {
    for (const entry of entries) this.add(entry);
  }

  /** in no order */
  [Symbol.iterator](): Iterator<number> {
    return this.#entries.values();
  }

  get size(): number {
    return this.#entries.size;
  }

  toSketch(): number[] {
    return [...this.#entries.values()].sort((a, b) => a - b);
  }
}

/** The sketch of all consumers that any of the given ones counts. */
export const mergeConsumers = (...sketches: readonly ConsumerSketch[]): number[] => {
  const registers = new ConsumerRegisters();
  for (const sketch of sketches) registers.addAll(sketch);
  return registers.toSketch();
};

/** α of so many registers that no bias is left: 1 / (2 ln 2). */
const ALPHA = 1 / (2 * Math.LN2);

/**
 * Consumers that a sketch stands for, a whole number; within {@link SKETCH_STANDARD_ERROR} as a standard deviation, and nearly exact
 * where they are few. By Ertl's estimator (arXiv:1702.01284, algorithm 6), which corrects small ranges without a threshold at
 * which answers jump.
 */
export const estimateConsumers = (sketch: ConsumerSketch): number => {
  const counts = new Array<number>(RANKS).fill(0);
  counts[0] = SKETCH_REGISTERS - sketch.length;
  for (const entry of sketch) counts[entry % RANKS] = (counts[entry % RANKS] ?? 0) + 1;
  let z = SKETCH_REGISTERS * tau(1 - (counts[RANK_MAX] ?? 0) / SKETCH_REGISTERS);
  for (let rank = RANK_MAX - 1; rank >= 1; rank -= 1) z = 0.5 * (z + (counts[rank] ?? 0));
  z += SKETCH_REGISTERS * sigma((counts[0] ?? 0) / SKETCH_REGISTERS);
  return Math.round((ALPHA * SKETCH_REGISTERS * SKETCH_REGISTERS) / z);
};

/** Σ x^(2^k) 2^(k−1): registers that no consumer has reached. */
const sigma = (share: number): number => {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [power, factor, sum, before] = [share, 1, share, Number.NaN];
  while (sum !== before) {
    before = sum;
    power *= power;
    sum += power * factor;
    factor *= 2;
  }
  return sum;
};

/** Registers whose rank is as large as it can be. */
const tau = (share: number): number => {
  if (share === 0 || share === 1) return 0;
  let [root, factor, sum, before] = [share, 1, 1 - share, Number.NaN];
  while (sum !== before) {
    before = sum;
    root = Math.sqrt(root);
    factor *= 0.5;
    sum -= (1 - root) ** 2 * factor;
  }
  return sum / 3;
};
