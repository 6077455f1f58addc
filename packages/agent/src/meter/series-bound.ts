/**
 * Bounds how many series one usage window may have. The first `maxSeries` are themselves, as many again may be folded ones
 * (`__other__`), what is beyond is refused. Remembers the two newest windows, which is all that live traffic books into.
 */
export class SeriesBound {
  readonly #windows = new Map<number, { series: Set<string>; folded: Set<string> }>();
  /** exchanges booked under `__other__` */
  folded = 0;

  constructor(private readonly maxSeries: number) {}

  /** True when the series may be booked as it is. */
  admit(windowStart: number, series: string): boolean {
    return this.#take(this.#window(windowStart).series, series);
  }

  /** True when the folded series may be booked; false: not even that (loss usage/full). */
  admitFolded(windowStart: number, series: string, exchanges = 1): boolean {
    const admitted = this.#take(this.#window(windowStart).folded, series);
    if (admitted) this.folded += exchanges;
    return admitted;
  }

  #take(known: Set<string>, series: string): boolean {
    if (known.has(series)) return true;
    if (known.size >= this.maxSeries) return false;
    known.add(series);
    return true;
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
