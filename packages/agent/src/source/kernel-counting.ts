import { KernelSeries } from "../aggregate/kernel-series.js";
import { SeriesBooking, type SeriesBookingOptions } from "../aggregate/series-booking.js";
import { SeriesSchedule } from "../aggregate/series-schedule.js";
import type { CaptureSession } from "../capture/native-session.js";
import type { SourceEvents } from "./capture-source.js";
import { counterOf } from "./kernel-counters.js";

/** What the kernel counts itself, on its way to usage. */
export class KernelCounting {
  readonly booking: SeriesBooking;
  readonly schedule: SeriesSchedule;

  /** @throws NativeError when the kernel's tables cannot be written */
  constructor(
    session: CaptureSession,
    options: Pick<SeriesBookingOptions, "governing" | "plansOf" | "processOf">,
    private readonly events: SourceEvents,
  ) {
    this.booking = new SeriesBooking({
      ...options,
      onSeries: (exchange, windowStart, totals) => events.onTotals(exchange, windowStart, totals),
      losses: events.losses,
    });
    this.schedule = new SeriesSchedule({
      series: new KernelSeries(session, this.booking, () => events.unixUs(0)),
      counted: () => counterOf(session.counters(), "aggregated"),
      taken: () => this.booking.received,
      nowUs: () => events.unixUs(Number(process.hrtime.bigint())),
    });
  }

  /** Takes what there is. Never throws: what could not be taken is taken the next time. */
  take(): void {
    try {
      this.schedule.take();
    } catch (error) {
      this.events.onWarning(`what the kernel counted could not be taken: ${(error as Error).message}`);
    }
  }
}
