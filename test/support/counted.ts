import { KernelSeries } from "@masthead/agent/aggregate/kernel-series";
import { SeriesBooking } from "@masthead/agent/aggregate/series-booking";
import type { SessionOptions } from "@masthead/agent/capture/native-session";
import { Governor } from "@masthead/agent/govern/governor";
import { LossCounts } from "@masthead/agent/losses";
import type { UsageTotals } from "@masthead/agent/meter/usage-totals";
import { counterOf, type KernelCounter } from "@masthead/agent/source/kernel-counters";
import type { Cleanup } from "./cleanup.js";
import { type KernelCapture, pathOf, startKernelCapture } from "./kernel-capture.js";

/** What was counted of exchanges of one process that are alike. */
export interface Counted extends Pick<UsageTotals, "requests" | "errors" | "requestBytes" | "responseBytes"> {
  pid: number;
  role: "server" | "client";
  method: string;
  path: string;
  /** 0: no response */
  status: number;
  tenant: string;
  dimensions: Record<string, string | null> | undefined;
  measures: Record<string, number>;
  latencies: number;
  windowStart: number;
}

export interface CountingCapture extends KernelCapture {
  /** every series that was taken so far */
  readonly counted: Counted[];
  /** heads that were sent all the same: `PID /path`, or the status */
  readonly sent: string[];
  readonly series: KernelSeries;
  readonly booking: SeriesBooking;
  counter(name: KernelCounter): number;
}

/** Programs on this host, attached, and what is behind them where policies aggregate. */
export const startCountingCapture = (
  cleanup: Cleanup,
  options: Pick<SessionOptions, "clearText" | "mapEntries"> & { go?: boolean } = {},
): CountingCapture => {
  const sent: string[] = [];
  const counted: Counted[] = [];
  const capture = startKernelCapture(
    cleanup,
    (record, bytes) => sent.push(`${record.pid} ${record.request ? pathOf(record, bytes) : record.status}`),
    { ...options, onSeries: (bytes, start, end) => booking.one(bytes, start, end) },
  );
  const booking: SeriesBooking = new SeriesBooking({
    governing: new Governor(capture.tables.plansOf, "0badcafe"),
    plansOf: capture.tables.plansOf,
    processOf: (pid) => ({ pid, executableName: "server", serviceName: "server" }),
    onSeries: ({ connection, method, path, status = 0, tenant, dimensions }, windowStart, totals) => {
      const { latency, measures = {}, ...rest } = totals;
      counted.push({
        ...{ pid: connection.process.pid, role: connection.role, method, path, status, tenant, dimensions },
        ...rest,
        ...{ measures, latencies: latency.reduce((sum, [, count]) => sum + count, 0), windowStart },
      });
    },
    losses: new LossCounts(),
  });
  const offsetUs = () => Date.now() * 1000 - Number(process.hrtime.bigint() / 1000n);
  const series = new KernelSeries(capture.session, booking, offsetUs);
  const counter = (name: KernelCounter): number => counterOf(capture.session.counters(), name);
  return { ...capture, counted, sent, series, booking, counter };
};

/** Requests of those that `takes`. */
export const requestsOf = (counted: readonly Counted[], takes: (each: Counted) => boolean): number =>
  counted.filter(takes).reduce((sum, { requests }) => sum + requests, 0);
