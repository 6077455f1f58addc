import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { joined } from "../../platform/db/fragments.js";
import { bucketRows, type CoarseBucket } from "./dirty.store.js";
import {
  type CoarseLevel,
  SUMMARIES,
  SUMMARY_COLUMNS,
  SUMMARY_TABLE,
  type SummaryGrain,
  USAGE_TABLE,
} from "./levels.rules.js";
import { mergedRows, usageColumns } from "./merged-rows.store.js";

/**
 * Recomputes the summaries of buckets from the rows of the same level, whole. A summary's row is named by the first of the series
 * that it adds up: of that, only the summary's own columns hold of the row.
 */
export const recomputeSummaries = async (
  sql: TransactionSql,
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  if (buckets.length === 0) return;
  const table = SUMMARY_TABLE[level];
  const wanted = bucketRows(sql, level, buckets);
  await sql`
    delete from ${sql(table)} c using ${wanted.rows} w
    where c.tenant_id = w.tenant_id and c.grain = any(${textArray(SUMMARIES[level])}::text[]) and c.bucket = w.bucket
      and c.bucket >= ${wanted.from} and c.bucket < ${wanted.until}`;
  for (const grain of SUMMARIES[level]) await summarise(sql, level, grain, wanted);
};

const summarise = async (
  sql: TransactionSql,
  level: CoarseLevel,
  grain: SummaryGrain,
  wanted: ReturnType<typeof bucketRows>,
): Promise<void> => {
  const named = joined(
    sql,
    SUMMARY_COLUMNS[grain].map((column) => sql`, s.${sql(column)}`),
  );
  // Who is no consumer's row does not need to know them: the sketch would be large, and is asked of that summary alone.
  const consumers = grain === "consumer" ? sql`f.consumers` : sql`null::int[] as consumers`;
  const rows = sql`
    select f.tenant_id, f.bucket, n.series_id, f.requests, f.errors, f.request_bytes, f.response_bytes, f.measures,
      f.latency_buckets, f.latency_counts, ${consumers}
    from fine f join (
      select s.tenant_id, k.bucket, s.series_id as member,
        first_value(s.series_id) over (partition by s.tenant_id, k.bucket ${named} order by s.series_id) as series_id
      from (select tenant_id, bucket, series_id from fine) k join usage_series s using (tenant_id, series_id)) n
      on n.tenant_id = f.tenant_id and n.bucket = f.bucket and n.member = f.series_id`;
  await sql`
    insert into ${sql(SUMMARY_TABLE[level])} (grain, ${usageColumns(sql)})
    with fine as materialized (
      select f.* from ${wanted.rows} w cross join lateral (
        select * from ${sql(USAGE_TABLE[level])} f where f.tenant_id = w.tenant_id and f.bucket = w.bucket
          and f.bucket >= ${wanted.from} and f.bucket < ${wanted.until} offset 0) f)
    select ${grain}::text, ${usageColumns(sql)} from (${mergedRows(sql, rows)}) merged`;
};
