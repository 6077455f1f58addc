import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";

/** Has what was counted under the fingerprints follow to their tenant, from the beginning. */
export const startMoves = async (
  sql: TransactionSql,
  tenantId: string,
  fingerprints: readonly string[],
  atUs: UnixMicros,
): Promise<void> => {
  if (fingerprints.length === 0) return;
  await endMoves(sql, tenantId, fingerprints);
  await sql`
    insert into tenant_moves (tenant_id, fingerprint, started_at_us)
    select ${tenantId}, fingerprint, ${atUs} from unnest(${textArray(fingerprints)}::text[]) as row (fingerprint)`;
};

/** Ends moves where they are, and forgets them. */
export const endMoves = async (
  sql: TransactionSql,
  tenantId: string,
  fingerprints: readonly string[],
): Promise<void> => {
  if (fingerprints.length === 0) return;
  await sql`delete from tenant_moves where tenant_id = ${tenantId}
    and fingerprint = any(${textArray(fingerprints)}::text[])`;
};

/** A move that is under way. */
export interface Move {
  tenantId: string;
  fingerprint: string;
}

/** One mover at a time; others find it taken and go on. Released with the transaction. */
export const tryLockMoves = async (sql: TransactionSql): Promise<boolean> => {
  const rows = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('masthead moves', 0)) as locked`;
  return rows[0]?.locked === true;
};

/** Moves that have not begun, the oldest first. */
export const movesToBegin = (sql: TransactionSql, limit: number): Promise<Move[]> =>
  sql<Move[]>`
    select tenant_id as "tenantId", fingerprint from tenant_moves
    where finished_at_us is null and next_day is null order by started_at_us limit ${limit}`;

/** Days are starts, Unix seconds. */
export const beginMoves = async (
  sql: TransactionSql,
  moves: readonly Move[],
  { newest, oldest }: { newest: number; oldest: number },
): Promise<void> => {
  await sql`
    update tenant_moves t set newest_day = ${day(sql, newest)}, next_day = ${day(sql, newest)}, oldest_day = ${day(sql, oldest)}
    from ${rowsOf(sql, moves)} where t.tenant_id = m.tenant_id and t.fingerprint = m.fingerprint`;
};

/** Moves that are at the newest day of all, which they may share. */
export const movesAtNewestDay = (
  sql: TransactionSql,
  limit: number,
): Promise<(Move & { day: number; oldest: number })[]> =>
  sql`
    select tenant_id as "tenantId", fingerprint,
      extract(epoch from next_day::timestamp at time zone 'UTC')::bigint as day,
      extract(epoch from oldest_day::timestamp at time zone 'UTC')::bigint as oldest
    from tenant_moves where finished_at_us is null
      and next_day = (select max(next_day) from tenant_moves where finished_at_us is null)
    order by started_at_us limit ${limit}`;

/** Counts what a step has moved. */
export const countMoved = async (
  sql: TransactionSql,
  moved: readonly (Move & { requests: number; exchanges: number })[],
): Promise<void> => {
  await sql`
    update tenant_moves t set requests = t.requests + m.requests, exchanges = t.exchanges + m.exchanges
    from unnest(${textArray(moved.map((one) => one.tenantId))}::text[], ${textArray(moved.map((one) => one.fingerprint))}::text[],
      ${plainArray(moved.map((one) => one.requests))}::bigint[], ${plainArray(moved.map((one) => one.exchanges))}::bigint[])
      as m (tenant_id, fingerprint, requests, exchanges)
    where t.tenant_id = m.tenant_id and t.fingerprint = m.fingerprint`;
};

/** @param next start of the day to go on with, Unix seconds */
export const advanceMoves = async (
  sql: TransactionSql,
  moves: readonly Move[],
  next: number,
): Promise<void> => {
  if (moves.length === 0) return;
  await sql`
    update tenant_moves t set next_day = ${day(sql, next)} from ${rowsOf(sql, moves)}
    where t.tenant_id = m.tenant_id and t.fingerprint = m.fingerprint`;
};

export const finishMoves = async (
  sql: TransactionSql,
  moves: readonly Move[],
  atUs: UnixMicros,
): Promise<void> => {
  if (moves.length === 0) return;
  await sql`
    update tenant_moves t set finished_at_us = ${atUs} from ${rowsOf(sql, moves)}
    where t.tenant_id = m.tenant_id and t.fingerprint = m.fingerprint`;
};

const rowsOf = (sql: TransactionSql, moves: readonly Move[]) => sql`
  unnest(${textArray(moves.map((move) => move.tenantId))}::text[], ${textArray(moves.map((move) => move.fingerprint))}::text[])
    as m (tenant_id, fingerprint)`;
const day = (sql: TransactionSql, seconds: number) =>
  sql`(to_timestamp(${seconds}::float8) at time zone 'UTC')::date`;
