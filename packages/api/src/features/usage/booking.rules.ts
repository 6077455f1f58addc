import { createHash } from "node:crypto";
import { OTHER_SERIES } from "@masthead/shared/ids";
import type { Batch, UsagePart } from "@masthead/shared/wire/batch";

/** One combination of usage dimensions. */
export interface Series {
  tenantId: string;
  policyName: string;
  report: boolean;
  role: string;
  serviceName: string;
  hostName: string;
  agentId: string;
  template: string;
  method: string;
  status: number | null;
  /** JSON of the policy's header dimensions by name, in order; null: none */
  dimensions: string | null;
}

/** What is added to one series in one minute. */
export interface Booking {
  series: Series;
  seriesId: string;
  /** Unix seconds, start of the minute */
  bucket: number;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  measures: Record<string, number> | null;
  latency: Map<number, number>;
}

const MINUTE = 60;

/** The series of a part. @returns undefined where its policy is not in the batch */
export const seriesOf = (batch: Batch, part: UsagePart): Series | undefined => {
  const policy = batch.policies[part.policy];
  if (!policy) return undefined;
  return {
    tenantId: part.tenant,
    policyName: policy.name,
    report: policy.report,
    role: part.role,
    serviceName: part.service,
    hostName: batch.host.name,
    agentId: batch.agentId,
    template: part.template,
    method: part.method,
    status: part.status ?? null,
    dimensions: dimensionsText(part.dimensions),
  };
};

const dimensionsText = (dimensions: UsagePart["dimensions"]): string | null => {
  const names = Object.keys(dimensions ?? {}).sort();
  if (names.length === 0) return null;
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, dimensions?.[name] ?? null])));
};

const seriesKey = (series: Series): string => JSON.stringify(Object.values(series));

/** UUID-shaped hash (SHA-256, its first half) of all the dimensions. */
export const seriesIdOf = (key: string): string => {
  const hex = createHash("sha256").update(key).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

/** The series that stands for those beyond the cap: what is unbounded is named away, what is bounded stays. */
export const otherSeries = (series: Series): Series => ({
  ...series,
  template: OTHER_SERIES,
  method: OTHER_SERIES,
  dimensions:
    series.dimensions === null
      ? null
      : JSON.stringify(
          Object.fromEntries(Object.keys(JSON.parse(series.dimensions)).map((name) => [name, OTHER_SERIES])),
        ),
});

/** What is counted of a part, whatever its series. */
type Counted = Pick<UsagePart, "windowStart" | "requests" | "errors" | "requestBytes" | "responseBytes"> & {
  measures?: Record<string, number> | null | undefined;
  latency: Iterable<readonly [number, number]>;
};

/** Adds parts up by minute and series, in the order in which rows are locked: tenant, minute, series. */
export class Bookings {
  readonly #rows = new Map<string, Booking>();

  add(series: Series, part: Counted): void {
    const key = seriesKey(series);
    const bucket = Math.floor(part.windowStart / MINUTE) * MINUTE;
    let row = this.#rows.get(`${bucket} ${key}`);
    if (!row) {
      row = emptyBooking(series, seriesIdOf(key), bucket);
      this.#rows.set(`${bucket} ${key}`, row);
    }
    addTo(row, part);
  }

  /** All rows; those that `mayBook` refuses are booked as {@link otherSeries} of theirs. */
  rows(mayBook: (booking: Booking) => boolean = () => true): Booking[] {
    const rows = new Map<string, Booking>();
    for (const booking of this.#rows.values()) {
      if (mayBook(booking)) {
        mergeInto(rows, booking);
        continue;
      }
      const series = otherSeries(booking.series);
      mergeInto(rows, { ...booking, series, seriesId: seriesIdOf(seriesKey(series)) });
    }
    return [...rows.values()].sort(byKey);
  }
}

const byKey = (a: Booking, b: Booking): number =>
  compare(a.series.tenantId, b.series.tenantId) || a.bucket - b.bucket || compare(a.seriesId, b.seriesId);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const emptyBooking = (series: Series, seriesId: string, bucket: number): Booking => ({
  series,
  seriesId,
  bucket,
  requests: 0,
  errors: 0,
  requestBytes: 0,
  responseBytes: 0,
  measures: null,
  latency: new Map(),
});

const mergeInto = (rows: Map<string, Booking>, booking: Booking): void => {
  const key = `${booking.series.tenantId} ${booking.bucket} ${booking.seriesId}`;
  const row = rows.get(key);
  if (row) addTo(row, booking);
  else
    rows.set(key, {
      ...booking,
      measures: booking.measures && { ...booking.measures },
      latency: new Map(booking.latency),
    });
};

type Addend = Omit<Counted, "windowStart">;

const addTo = (row: Booking, addend: Addend): void => {
  row.requests += addend.requests;
  row.errors += addend.errors;
  row.requestBytes += addend.requestBytes;
  row.responseBytes += addend.responseBytes;
  for (const [name, value] of Object.entries(addend.measures ?? {})) {
    row.measures ??= {};
    row.measures[name] = (row.measures[name] ?? 0) + value;
  }
  for (const [bucket, count] of addend.latency)
    row.latency.set(bucket, (row.latency.get(bucket) ?? 0) + count);
};
