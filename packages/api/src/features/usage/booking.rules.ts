import { createHash } from "node:crypto";
import { OTHER_SERIES } from "@masthead/shared/ids";
import { ConsumerRegisters, consumerEntry } from "@masthead/shared/usage/consumer-sketch";
import type { BatchHead, UsagePart } from "@masthead/shared/wire/batch";

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
  /** fingerprint of who called; null: unknown */
  consumer: string | null;
}

/** What is added to one series in one bucket. */
export interface Booking {
  series: Series;
  seriesId: string;
  /** Unix seconds, its start */
  bucket: number;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  measures: Record<string, number> | null;
  latency: Map<number, number>;
  /** who was counted under the consumer `__other__`; null: nobody */
  consumers: ConsumerRegisters | null;
}

/** Names a bucket of a tenant. */
export const windowKey = (tenantId: string, bucket: number): string => `${bucket} ${tenantId}`;
/** Names a row of a bucket. */
export const bookingKey = (
  row: Pick<Booking, "seriesId" | "bucket"> & { series: Pick<Series, "tenantId"> },
): string => `${row.bucket} ${row.seriesId} ${row.series.tenantId}`;

/** The series of a part. @returns undefined where its policy is not in the batch */
export const seriesOf = (batch: BatchHead, part: UsagePart): Series | undefined => {
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
    consumer: part.consumer ?? null,
  };
};

/** Dimensions as a series has them. */
export const dimensionsText = (dimensions: UsagePart["dimensions"]): string | null => {
  const names = Object.keys(dimensions ?? {}).sort();
  if (names.length === 0) return null;
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, dimensions?.[name] ?? null])));
};

/** A series that knows no consumer is named as it was before there were any. */
const seriesKey = ({ consumer, ...named }: Series): string =>
  JSON.stringify(consumer === null ? Object.values(named) : [...Object.values(named), consumer]);

/** UUID-shaped hash (SHA-256, its first half) of all the dimensions. */
export const seriesIdOf = (key: string): string => {
  const hex = createHash("sha256").update(key).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

/** Whether one consumer is named. */
export const namesConsumer = ({ consumer }: Series): boolean =>
  consumer !== null && consumer !== OTHER_SERIES;

/** The series that stands for those of all consumers. One that names none is itself. */
export const withoutConsumer = (series: Series): Series =>
  namesConsumer(series) ? { ...series, consumer: OTHER_SERIES } : series;

/** The series that stands for those beyond the cap: what is unbounded is named away, what is bounded stays. */
export const otherSeries = (series: Series): Series => ({
  ...withoutConsumer(series),
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
type Counted = Pick<UsagePart, "requests" | "errors" | "requestBytes" | "responseBytes"> & {
  measures?: Record<string, number> | null | undefined;
  latency: Iterable<readonly [number, number]>;
  consumers?: Iterable<number> | null | undefined;
};

/** Adds parts up by bucket and series, in the order in which rows are locked: tenant, bucket, series. */
export class Bookings {
  readonly #rows = new Map<string, Booking>();

  /** @param bucket its start, Unix seconds */
  add(series: Series, bucket: number, part: Counted): void {
    const key = seriesKey(series);
    let row = this.#rows.get(`${bucket} ${key}`);
    if (!row) {
      row = emptyBooking(series, seriesIdOf(key), bucket);
      this.#rows.set(`${bucket} ${key}`, row);
    }
    addTo(row, part);
  }

  /** All rows, each as what `place` makes of it. */
  rows(place: (booking: Booking) => Booking = (booking) => booking): Booking[] {
    const rows = new Map<string, Booking>();
    for (const booking of this.#rows.values()) mergeInto(rows, place(booking));
    return [...rows.values()].sort(byKey);
  }
}

/** The booking under another series; a consumer that loses its name by it goes into the sketch. */
export const bookedAs = (booking: Booking, series: Series): Booking => {
  const { consumer } = booking.series;
  const entry = consumer === series.consumer ? undefined : consumerEntry(consumer ?? "");
  const moved = { ...booking, series, seriesId: seriesIdOf(seriesKey(series)) };
  return entry === undefined ? moved : { ...moved, consumers: new ConsumerRegisters([entry]) };
};

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
  consumers: null,
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
      consumers: booking.consumers && new ConsumerRegisters(booking.consumers),
    });
};

const addTo = (row: Booking, addend: Counted): void => {
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
  if (!addend.consumers || row.series.consumer !== OTHER_SERIES) return;
  row.consumers ??= new ConsumerRegisters();
  row.consumers.addAll(addend.consumers);
};
