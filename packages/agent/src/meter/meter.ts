import { usageWindowStart } from "@masthead/shared/time";
import type { Exchange } from "../exchange.js";
import type { LossCounts } from "../losses.js";
import { KnownSeries } from "./known-series.js";
import type { Sampler } from "./sampling.js";
import { foldedSeriesOf, type Series, seriesWithoutConsumerOf } from "./series.js";
import type { SeriesBound } from "./series-bound.js";
import type { UsageTotals } from "./usage-totals.js";

/** Where metered exchanges go. */
export interface MeteredSink {
  add(exchange: Exchange, series: Series, windowStart: number, kept: boolean): void;
  addTotals(series: Series, windowStart: number, totals: UsageTotals): void;
}

/**
 * Counts every exchange into its series and window and decides which are kept one by one (usage is complete where
 * exchanges are sampled). `infer` gives an exchange its `url.template`.
 */
export class Meter {
  readonly #known = new KnownSeries();

  constructor(
    private readonly infer: (exchange: Exchange) => string,
    private readonly sampler: Sampler,
    private readonly bound: SeriesBound,
    private readonly losses: LossCounts,
    private readonly sink: MeteredSink,
    private readonly onFault: (error: Error) => void = () => undefined,
  ) {}

  /** One exchange that cannot be booked must not take its neighbours along: it is the loss usage/fault. Never throws. */
  record(exchange: Exchange): void {
    try {
      this.#book(exchange);
    } catch (error) {
      this.losses.add("usage", "fault");
      this.onFault(error as Error);
    }
  }

  /**
   * Exchanges that were counted elsewhere, none of which is kept. Never throws.
   * @param exchange stands for all of them @param windowStart Unix seconds
   */
  recordTotals(exchange: Exchange, windowStart: number, totals: UsageTotals): void {
    try {
      const series = this.#admit(exchange, windowStart, totals.requests);
      if (series !== null) this.sink.addTotals(series, windowStart, totals);
    } catch (error) {
      this.losses.add("usage", "fault", totals.requests);
      this.onFault(error as Error);
    }
  }

  #book(exchange: Exchange): void {
    const windowStart = usageWindowStart(exchange.timeUs);
    const series = this.#admit(exchange, windowStart, 1);
    if (series !== null) this.sink.add(exchange, series, windowStart, this.sampler.keep(exchange));
  }

  /** The series to book into; null: there is room for none. */
  #admit(exchange: Exchange, windowStart: number, requests: number): Series | null {
    const template = this.infer(exchange);
    const series = this.#known.of(exchange, template);
    const namesConsumer = exchange.consumer !== undefined;
    if (this.bound.admit(windowStart, series.key, namesConsumer)) return series;
    if (namesConsumer) {
      const nameless = seriesWithoutConsumerOf(exchange, template);
      if (this.bound.admitWithoutConsumer(windowStart, nameless.key, requests)) return nameless;
    }
    const folded = foldedSeriesOf(exchange, template);
    if (this.bound.admitFolded(windowStart, folded.key, requests)) return folded;
    this.losses.add("usage", "full", requests);
    return null;
  }
}
