/**
 * Bounds how many series one usage window may have. The first `maxSeries` are themselves, as many again may be folded ones
 * (`__other__`), what is beyond is refused. Consumers are what grows without a bound, and a sketch of them is left when their names
 * go: the last quarter of the room is for series that name none. Remembers the two newest windows, which is all that live traffic books into.
 */
export class SeriesBound {
  readonly #windows = new Map<number, { series: Set<string>; folded: Set<string> }>();
  /** exchanges booked under `__other__` */
  folded = 0;
  /** exchanges whose consumer alone became `__other__` */
  foldedConsumers = 0;
  readonly #maxOfConsumers: number;

  constructor(private readonly maxSeries: number) {
    this.#maxOfConsumers = maxSeries - Math.floor(maxSeries / 4);
  }

  /** True when the series may be booked as it is. */
  admit(windowStart: number, series: string, namesConsumer: boolean): boolean {
    const max = namesConsumer ? this.#maxOfConsumers : this.maxSeries;
    return take(this.#window(windowStart).series, series, max);
  }

  /** True when the series without its consumer may be booked. */
  admitWithoutConsumer(windowStart: number, series: string, exchanges = 1): boolean {
    const admitted = this.admit(windowStart, series, false);
    if (admitted) this.foldedConsumers += exchanges;
    return admitted;
  }

  /** True when the folded series may be booked; false: not even that (loss usage/full). */
  admitFolded(windowStart: number, series: string, exchanges = 1): boolean {
    const admitted = take(this.#window(windowStart).folded, series, this.maxSeries);
    if (admitted) this.folded += exchanges;
    return admitted;
  }

  #window(windowStart: number) {
    let window = this.#windows.get(windowStart);
    if (!window) {
      window = { series: new Set(), folded: new Set() };
      this.#windows.set(windowStart, window);
      if (this.#windows.size > 2) this.#windows.delete(Math.min(...this.#windows.keys()));
    }
    return window;
  }
}

const take = (known: Set<string>, series: string, max: number): boolean => {
  if (known.has(series)) return true;
  if (known.size >= max) return false;
  known.add(series);
  return true;
};
