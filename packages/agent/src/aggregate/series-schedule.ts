import { usageWindowStart } from "@masthead/shared/time";
import type { KernelSeries } from "./kernel-series.js";

export interface SeriesScheduleOptions {
  series: Pick<KernelSeries, "take" | "tellTime">;
  /** the kernel's COUNTER_AGGREGATED: exchanges that it has counted into series */
  counted(): number;
  /** of these, those that were taken */
  taken(): number;
  /** Unix time */
  nowUs(): number;
}

/** When the kernel's series are taken: once a usage window, soon after it is over. */
export class SeriesSchedule {
  /** true: the agent can take no more for now; the kernel goes on counting */
  paused = false;
  private takenAtUs: number;

  constructor(private readonly options: SeriesScheduleOptions) {
    this.takenAtUs = options.nowUs();
  }

  /** Call it every second. */
  tick(): void {
    this.options.series.tellTime();
    const nowUs = this.options.nowUs();
    if (this.paused || usageWindowStart(nowUs) === usageWindowStart(this.takenAtUs)) return;
    this.take();
  }

  /** Takes what there is. @throws NativeError */
  take(): void {
    if (this.heldSinceUs() === undefined) return;
    const atUs = this.options.nowUs();
    this.options.series.take();
    this.takenAtUs = atUs;
  }

  /** No exchange ended before this Unix time that was counted and is not taken; undefined: all are taken. */
  heldSinceUs(): number | undefined {
    return this.options.counted() === this.options.taken() ? undefined : this.takenAtUs;
  }
}
