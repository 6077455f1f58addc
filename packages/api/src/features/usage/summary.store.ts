import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { columnList } from "../../platform/db/fragments.js";
import { bucketRows, type CoarseBucket } from "./dirty.store.js";
import {
  type CoarseLevel,
  SUMMARIES,
  SUMMARY_COLUMNS,
  SUMMARY_TABLE,
  type SummaryGrain,
  summaryOf,
  USAGE_TABLE,
} from "./levels.rules.js";
import { mergedRows, usageColumns } from "./merged-rows.store.js";
import { withSeries } from "./series-lookup.read-model.js";

/**
 * Recomputes the summaries of buckets from the rows of the same level, whole. A summary's row is named by the first of the series
 * that it adds up, and has columns of its own for what it tells apart: answers look up no series.
 */
export const recomputeSummaries = async (
  sql: TransactionSql,
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  const table = SUMMARY_TABLE[level];
  const wanted = bucketRows(sql, level, buckets);
  await sql`
    delete from ${sql(table)} c using ${wanted.rows} w
    where c.tenant_id = w.tenant_id and c.grain = any(${textArray(SUMMARIES[level])}::text[]) and c.bucket = w.bucket
      and c.bucket >= ${wanted.from} and c.bucket < ${wanted.until}`;
  for (const grain of SUMMARIES[level]) await summarise(sql, level, grain, wanted);
};

/** Tenants from their consumers, where these are summed up already: there are fewer of them than of series. */
const isFromConsumers = (level: CoarseLevel, grain: SummaryGrain): boolean =>
  grain === "tenant" && summaryOf(level, "consumer") !== undefined;

const summarise = async (
  sql: TransactionSql,
  level: CoarseLevel,
  grain: SummaryGrain,
  wanted: ReturnType<typeof bucketRows>,
): Promise<void> => {
  const columns = SUMMARY_COLUMNS[grain];
  const fromConsumers = isFromConsumers(level, grain);
  const told = columnList(sql, columns, fromConsumers ? "f" : "s");
  const from = fromConsumers
    ? sql`${sql(SUMMARY_TABLE[level])} f where f.grain = 'consumer'`
    : sql`${sql(USAGE_TABLE[level])} f where true`;
  // Who is no consumer's row does not need to know them: the sketch would be large, and is asked of that summary alone.
  const consumers = grain === "consumer" ? sql`f.consumers` : sql`null::int[] as consumers`;
  const rows = sql`
    select f.tenant_id, f.bucket, first_value(f.series_id) over told as series_id, f.requests, f.errors, f.request_bytes,
      f.response_bytes, f.measures, f.latency_buckets, f.latency_counts, ${consumers}, ${told},
      count(*) over (told rows between unbounded preceding and unbounded following) as members
    from ${wanted.rows} w
    cross join lateral (
      select * from ${from} and f.tenant_id = w.tenant_id and f.bucket = w.bucket
        and f.bucket >= ${wanted.from} and f.bucket < ${wanted.until} offset 0) f ${fromConsumers ? sql`` : withSeries(sql, "f")}
    window told as (partition by f.tenant_id, f.bucket, ${told} order by f.series_id)`;
  const held = sql`${usageColumns(sql)}, ${columnList(sql, columns)}`;
  await sql`
    insert into ${sql(SUMMARY_TABLE[level])} (grain, ${held})
    select ${grain}::text, ${held} from (${mergedRows(sql, rows, columns)}) merged`;
};
