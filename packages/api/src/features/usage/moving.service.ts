import type { Transaction } from "../../platform/db/database.js";
import { type Booking, bookedAs, bookingKey, windowKey } from "./booking.rules.js";
import { marksOf, withinCap } from "./booking.service.js";
import { SERIES_PER_TENANT_AND_MINUTE } from "./cap.rules.js";
import { ChangedDays, markChanged } from "./changes.store.js";
import { markDirty } from "./dirty.store.js";
import { lockHorizon } from "./horizon.store.js";
import { bucketEnd, bucketStart, levelHeldAt, USAGE_TABLE, type UsageTableLevel } from "./levels.rules.js";
import {
  forgetEmptyWindows,
  type HeldRow,
  moveRows,
  type NamedSeries,
  type RowMove,
  readRowsOf,
  readSeriesOf,
  readSpan,
} from "./moving.store.js";
import { insertSeries } from "./series.store.js";
import { countSeries, lockWindows } from "./windows.store.js";

/** What was counted under a fingerprint of nobody known is to be this tenant's. */
export interface UsageMove {
  fingerprint: string;
  tenantId: string;
}

export interface MovedUsage {
  /** rows that were moved; fewer than asked for: no more is there */
  rows: number;
  /** requests in the server role, by fingerprint */
  requests: Map<string, number>;
  /** from when on all is looked at, Unix seconds: the day, or the month where no more than months is held of it */
  from: number;
}

const DAY = 86_400;
type Sql = Transaction["sql"];

/** First and last time of what these fingerprints may have counted, Unix seconds; null: nothing. */
export const spanOfMoves = async (
  sql: Sql,
  fingerprints: readonly string[],
): Promise<{ first: number; last: number } | null> => {
  const series = await readSeriesOf(sql, fingerprints);
  const tenants = [...new Set(series.map((one) => one.series.tenantId))];
  return tenants.length === 0 ? null : readSpan(sql, tenants);
};

/**
 * Moves rows of one day, of the finest level that is held: in one transaction from here to there, so that the sum over all tenants is
 * the same in every snapshot. Coarser buckets of both sides are marked, and follow by their roll-up. The caller sees to it
 * that nothing is booked under these fingerprints any more. Locks are taken as by `bookUsage`.
 * @param day its start, Unix seconds
 * @param limit rows at most
 */
export const moveUsage = async (
  sql: Sql,
  moves: readonly UsageMove[],
  {
    day,
    limit,
    seriesCap = SERIES_PER_TENANT_AND_MINUTE,
  }: { day: number; limit: number; seriesCap?: number },
): Promise<MovedUsage> => {
  const level = levelHeldAt(await lockHorizon(sql), day) ?? "month";
  const from = level === "month" ? bucketStart("month", day) : day;
  const until = level === "month" ? bucketEnd("month", from) : day + DAY;
  const named = await readSeriesOf(
    sql,
    moves.map((move) => move.fingerprint),
  );
  const bounds = { from, until, limit };
  const rows = named.length === 0 ? [] : await readRowsOf(sql, USAGE_TABLE[level], named, bounds);
  const wanted = movesOf(rows, named, moves);
  if (wanted.length > 0) await move(sql, level, wanted, seriesCap);
  return { rows: rows.length, requests: requestsOf(wanted), from };
};

/** Reports of both sides are owed anew. */
const changedBy = (moved: readonly RowMove[]): ChangedDays => {
  const days = new ChangedDays();
  for (const { source, target } of moved)
    for (const { series, bucket } of [source, target]) days.add(series.tenantId, bucket);
  return days;
};

const move = async (
  sql: Sql,
  level: UsageTableLevel,
  wanted: readonly RowMove[],
  cap: number,
): Promise<void> => {
  const sources = wanted.map(({ source }) => source);
  await markChanged(sql, changedBy(wanted));
  if (level === "minute")
    await lockWindows(
      sql,
      wanted.flatMap(({ source, target }) => [source, target]),
    );
  const placed = await withinCap(
    sql,
    level,
    wanted.map(({ target }) => target),
    cap,
  );
  const targets = wanted.map(({ target }) => placed(target));
  await insertSeries(sql, targets);
  for (const round of roundsOf(sources, targets)) {
    const added = await moveRows(sql, USAGE_TABLE[level], round);
    if (level === "minute") await countSeries(sql, added);
  }
  if (level === "minute") {
    await countSeries(sql, goneFrom(sources));
    await forgetEmptyWindows(sql, sources);
  }
  await markDirty(sql, [...marksOf({ level, rows: sources }), ...marksOf({ level, rows: targets })]);
};

/** A row on its way. Of what it counts the bookings say no more than the requests. */
interface WantedMove extends RowMove {
  fingerprint: string;
}

const movesOf = (
  rows: readonly HeldRow[],
  named: readonly NamedSeries[],
  moves: readonly UsageMove[],
): WantedMove[] => {
  const key = (tenantId: string, seriesId: string) => `${seriesId} ${tenantId}`;
  const byKey = new Map(named.map(({ series, seriesId }) => [key(series.tenantId, seriesId), series]));
  const tenants = new Map(moves.map(({ fingerprint, tenantId }) => [fingerprint, tenantId]));
  return rows.flatMap(({ tenantId: from, seriesId, bucket, requests }): WantedMove[] => {
    const series = byKey.get(key(from, seriesId));
    const fingerprint = (tenants.has(from) ? from : series?.consumer) ?? "";
    const tenantId = tenants.get(fingerprint);
    if (!series || tenantId === undefined) return [];
    const source = { ...NOTHING, series, seriesId, bucket, requests };
    const to = { ...series, tenantId, consumer: series.consumer ?? fingerprint };
    return [{ fingerprint, source, target: bookedAs(source, to) }];
  });
};

const NOTHING: Omit<Booking, "series" | "seriesId" | "bucket" | "requests"> = {
  errors: 0,
  requestBytes: 0,
  responseBytes: 0,
  measures: null,
  latency: new Map(),
  consumers: null,
};

/** Rows that become one row are moved one after the other. */
const roundsOf = (sources: readonly Booking[], targets: readonly Booking[]): RowMove[][] => {
  const rounds: RowMove[][] = [];
  const before = new Map<string, number>();
  for (const [index, target] of targets.entries()) {
    const source = sources[index];
    if (!source) continue;
    const key = bookingKey(target);
    const round = before.get(key) ?? 0;
    before.set(key, round + 1);
    rounds[round] ??= [];
    rounds[round].push({ source, target });
  }
  return rounds;
};

const goneFrom = (sources: readonly Booking[]): Map<string, number> => {
  const gone = new Map<string, number>();
  for (const { series, bucket } of sources) {
    const key = windowKey(series.tenantId, bucket);
    gone.set(key, (gone.get(key) ?? 0) - 1);
  }
  return gone;
};

const requestsOf = (moved: readonly WantedMove[]): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const { fingerprint, source } of moved)
    if (source.series.role === "server")
      sums.set(fingerprint, (sums.get(fingerprint) ?? 0) + source.requests);
  return sums;
};
