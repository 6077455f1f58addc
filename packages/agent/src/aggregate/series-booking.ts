import { latencyBucket } from "@masthead/shared/usage/histogram";
import { MessageRecord } from "../decode/message-record.js";
import { readMessage } from "../decode/read-message.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import { RecordRole } from "../decode/record-enums.js";
import type { Exchange, ProcessInfo } from "../exchange.js";
import type { GenerationPlans } from "../govern/generation-plans.js";
import type { PolicyPlan } from "../govern/policy-plan.js";
import type { LossCounts } from "../losses.js";
import type { UsageTotals } from "../meter/usage-totals.js";
import type { Governing } from "../pair/governing.js";
import { readSeries, type SeriesRecord } from "./series-record.js";

/** Seconds of a usage window: AGGREGATE_WINDOW_US of bpf/include/aggregate.h. */
const WINDOW_SECONDS = 10;

export interface SeriesBookingOptions {
  governing: Governing;
  plansOf(generation: number): GenerationPlans | undefined;
  processOf(pid: number): ProcessInfo;
  /** @param exchange stands for all of them @param windowStart Unix seconds */
  onSeries(exchange: Exchange, windowStart: number, totals: UsageTotals): void;
  losses: LossCounts;
}

/** Latencies of a series, by bucket. */
export type Latencies = readonly (readonly [bucket: number, count: number])[];

/**
 * From series as the kernel has them to usage: a series reads as the record of a request, and is governed as one, so that
 * tenant, dimensions and policy are found by what finds them for records.
 */
export class SeriesBooking {
  /** exchanges of series that were taken, whatever became of them */
  received = 0;
  /** of these, those that no policy governs */
  ungoverned = 0;
  private readonly record = new MessageRecord();

  constructor(private readonly options: SeriesBookingOptions) {}

  /** One exchange, for which the kernel had no room. @returns false where it cannot be read */
  one(bytes: RecordBytes, start: number, end: number): boolean {
    const series = readSeries(bytes, start, end);
    if (series === null || series.requests !== 1) return false;
    return this.book(series, bytes, [[latencyBucket(series.durationUs), 1]]);
  }

  /** What was counted of one series in one window; it is the loss decode/malformed where it cannot be read. */
  many(bytes: RecordBytes, start: number, end: number, latencies: Latencies): void {
    const series = readSeries(bytes, start, end);
    const requests = series?.requests ?? latencies.reduce((sum, [, count]) => sum + count, 0);
    this.received += requests;
    if (series !== null && this.book(series, bytes, latencies)) return;
    this.options.losses.add("decode", "malformed", requests);
  }

  private book(series: SeriesRecord, bytes: RecordBytes, latency: Latencies): boolean {
    const { record } = this;
    if (!readMessage(bytes, series.shapeStart, series.shapeEnd, record)) return false;
    const plans = this.options.plansOf(record.generation);
    if (plans === undefined) return false;
    const governed = this.options.governing.request(record, bytes);
    if (governed === null) {
      this.ungoverned += series.requests;
      return true;
    }
    const { exchange, plan } = governed;
    exchange.connection = {
      process: this.options.processOf(record.pid),
      role: record.role === RecordRole.ROLE_SERVER ? "server" : "client",
      source: "",
      scheme: "https",
    };
    if (series.status !== 0) exchange.status = series.status;
    const { requests, errors, requestBytes, responseBytes } = series;
    const measures = measuresOf(series, plans, plan);
    this.options.onSeries(exchange, series.window * WINDOW_SECONDS, {
      ...{ requests, errors, requestBytes, responseBytes, latency },
      ...(measures && { measures }),
    });
    return true;
  }
}

/** The sums of what the governing policy measures. */
function measuresOf(
  { sums }: SeriesRecord,
  plans: GenerationPlans,
  plan: PolicyPlan,
): Record<string, number> | undefined {
  let measures: Record<string, number> | undefined;
  plans.measures.forEach(({ direction, rule }, place) => {
    const sum = sums[place];
    const use = plan[direction][rule];
    if (sum === undefined || use?.measure !== true) return;
    measures ??= {};
    measures[use.name] = (measures[use.name] ?? 0) + sum;
  });
  return measures;
}
