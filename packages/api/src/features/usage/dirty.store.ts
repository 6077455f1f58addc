import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import { bucketEnd, bucketStart, type CoarseLevel, type MarkLevel, summaryMark } from "./levels.rules.js";

/** A tenant's bucket of a coarser level. */
export interface CoarseBucket {
  tenantId: string;
  /** start, Unix seconds */
  bucket: number;
}
export interface DirtyMark extends CoarseBucket {
  level: MarkLevel;
}

const markKey = ({ tenantId, level, bucket }: DirtyMark): string => `${level} ${bucket} ${tenantId}`;
const rowsOf = (sql: TransactionSql, marks: readonly DirtyMark[]) => sql`
  (select tenant_id, level, to_timestamp(bucket) as bucket from unnest(
    ${textArray(marks.map((mark) => mark.tenantId))}::text[], ${textArray(marks.map((mark) => mark.level))}::text[],
    ${plainArray(marks.map((mark) => mark.bucket))}::float8[]) as row (tenant_id, level, bucket))`;
const markOf = (sql: TransactionSql) =>
  sql`d.tenant_id as "tenantId", d.level, extract(epoch from d.bucket)::bigint as bucket`;

/**
 * Marks buckets as older than what they are made from, in the transaction that changed it, after its changes. A mark that is there is held by a
 * lock that writers share: a roll-up that took it meanwhile would not have seen the changes.
 */
export const markDirty = async (sql: TransactionSql, marks: readonly DirtyMark[]): Promise<void> => {
  let missing = [...new Map(marks.map((mark) => [markKey(mark), mark])).values()];
  while (missing.length > 0) {
    const held = await sql<DirtyMark[]>`
      select ${markOf(sql)} from usage_dirty d join ${rowsOf(sql, missing)} row using (tenant_id, level, bucket)
      for key share of d`;
    missing = without(missing, held);
    if (missing.length === 0) return;
    const made = await sql<DirtyMark[]>`
      insert into usage_dirty as d (tenant_id, level, bucket)
      select * from ${rowsOf(sql, missing)} row order by tenant_id collate "C", level, bucket
      on conflict do nothing returning ${markOf(sql)}`;
    missing = without(missing, made);
  }
};

const without = (marks: readonly DirtyMark[], done: readonly DirtyMark[]): DirtyMark[] => {
  const keys = new Set(done.map(markKey));
  return marks.filter((mark) => !keys.has(markKey(mark)));
};

/** Whether what the bucket of a mark `d` is made from is marked itself. */
const waits = (sql: TransactionSql, { level, mark }: MarkedLevel) => {
  if (level === "quarter" || mark !== level) return sql`false`;
  const finer = level === "day" ? ["quarter"] : ["quarter", "day"];
  return sql`exists (
    select from usage_dirty f where f.tenant_id = d.tenant_id and f.level = any(${textArray(finer)}::text[])
      and f.bucket >= d.bucket
      and f.bucket < (d.bucket at time zone 'UTC' + ${`1 ${level}`}::interval) at time zone 'UTC')`;
};

/** Buckets, and the span in which they lie: by it only the partitions that are needed are planned for. */
export const bucketRows = (sql: TransactionSql, level: CoarseLevel, buckets: readonly CoarseBucket[]) => {
  const starts = buckets.map((row) => row.bucket);
  const from = starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  const until = bucketEnd(
    level,
    starts.reduce((most, start) => Math.max(most, start), 0),
  );
  return {
    rows: sql`
      (select tenant_id, to_timestamp(bucket) as bucket, to_timestamp(until) as until from unnest(
        ${textArray(buckets.map((row) => row.tenantId))}::text[], ${plainArray(starts)}::float8[],
        ${plainArray(starts.map((start) => bucketEnd(level, start)))}::float8[]) as row (tenant_id, bucket, until))`,
    from: sql`to_timestamp(${from}::float8)`,
    until: sql`to_timestamp(${until}::float8)`,
  };
};

/** Marks of one kind, and what is made where they are. */
export interface MarkedLevel {
  mark: MarkLevel;
  level: CoarseLevel;
  /** table that it is made from */
  from: string;
}

/** What one transaction recomputes at most: buckets, and rows that they are made from (unless it is one bucket). */
export interface TurnBounds {
  buckets: number;
  rows: number;
}

/**
 * Takes marks of buckets that have ended by `endedBy` (Unix seconds), the oldest first. Passed over are those that a writer or another
 * roll-up holds right now, and those that are made from buckets that wait themselves.
 */
export const takeDirty = async (
  sql: TransactionSql,
  marked: MarkedLevel,
  endedBy: number,
  bounds: TurnBounds,
): Promise<CoarseBucket[]> => {
  const { mark, level, from } = marked;
  const waiting = waits(sql, marked);
  const locked = await sql<CoarseBucket[]>`
    select d.tenant_id as "tenantId", extract(epoch from d.bucket)::bigint as bucket from usage_dirty d
    where d.level = ${mark} and d.bucket < to_timestamp(${bucketStart(level, endedBy)}::float8)
      and not ${waiting}
    order by d.bucket, d.tenant_id limit ${bounds.buckets} for update skip locked`;
  if (locked.length === 0) return [];
  // Looked at again: under these locks nobody can add to what they are made from and commit.
  const span = bucketRows(sql, level, locked);
  return sql<CoarseBucket[]>`
    with sized as (
      select d.tenant_id, d.bucket, sum(n) over (order by d.bucket, d.tenant_id) as rows,
        row_number() over (order by d.bucket, d.tenant_id) as place
      from ${span.rows} d cross join lateral (
        select count(*) as n from ${sql(from)} f
        where f.tenant_id = d.tenant_id and f.bucket >= d.bucket and f.bucket < d.until
          and f.bucket >= ${span.from} and f.bucket < ${span.until}) f
      where not ${waiting})
    delete from usage_dirty d using sized
    where d.tenant_id = sized.tenant_id and d.level = ${mark} and d.bucket = sized.bucket
      and (sized.rows <= ${bounds.rows} or sized.place = 1)
    returning d.tenant_id as "tenantId", extract(epoch from d.bucket)::bigint as bucket`;
};

/**
 * Takes the marks that say that summaries of these buckets are owed, whose rows are about to be made. There is one for each of them since
 * its own mark was taken (`owe_summaries`), and whoever made them from the rows of before is done.
 */
export const takeSummaryMarks = async (
  sql: TransactionSql,
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  const { rows } = bucketRows(sql, level, buckets);
  await sql`
    delete from usage_dirty d using ${rows} w
    where d.tenant_id = w.tenant_id and d.level = ${summaryMark(level)} and d.bucket = w.bucket`;
};

/** Forgets what is owed of buckets before `before` (Unix seconds), which are no longer held. */
export const forgetSummaryMarks = async (
  sql: TransactionSql,
  level: CoarseLevel,
  before: number,
): Promise<void> => {
  await sql`delete from usage_dirty where level = ${summaryMark(level)} and bucket < to_timestamp(${before}::float8)`;
};
