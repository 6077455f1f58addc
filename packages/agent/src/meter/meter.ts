import { usageWindowStart } from "@masthead/shared/time";
import type { Exchange } from "../exchange.js";
import type { LossCounts } from "../losses.js";
import type { Sampler } from "./sampling.js";
import { foldedSeriesOf, type Series, seriesOf } from "./series.js";
import type { SeriesBound } from "./series-bound.js";

/** Where metered exchanges go. */
export interface MeteredSink {
  add(exchange: Exchange, series: Series, windowStart: number, kept: boolean): void;
}

/**
 * Counts every exchange into its series and window and decides which are kept one by one (usage is complete where
 * exchanges are sampled). `infer` gives an exchange its `url.template`.
 */
export class Meter {
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

  #book(exchange: Exchange): void {
    const windowStart = usageWindowStart(exchange.timeUs);
    const template = this.infer(exchange);
    let series = seriesOf(exchange, template);
    if (!this.bound.admit(windowStart, series.key)) {
      series = foldedSeriesOf(exchange, template);
      if (!this.bound.admitFolded(windowStart, series.key)) {
        this.losses.add("usage", "full");
        return;
      }
    }
    this.sink.add(exchange, series, windowStart, this.sampler.keep(exchange));
  }
}
