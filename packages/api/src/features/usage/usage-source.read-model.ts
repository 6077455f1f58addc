import type { TransactionSql } from "postgres";
import { columnList, type Fragment, joined } from "../../platform/db/fragments.js";
import { SERIES_COLUMNS } from "./levels.rules.js";
import { usageColumns } from "./merged-rows.store.js";
import { withSeries } from "./series-lookup.read-model.js";
import { branchesOf, type UsageSource } from "./usage-branches.read-model.js";

/** How series of rows are looked up: each, where rows are few; all of them read through, where rows are many; or not at all. */
export type SeriesLookup = "each" | "all" | "none";

/**
 * The buckets of a plan, with {@link USAGE_COLUMNS} and, where series are looked up, {@link SERIES_COLUMNS}. Of rows of a
 * summary, what it does not tell apart is null.
 *
 * @param sql a snapshot, the one in which `marks` were read
 */
export const usageSource = (sql: TransactionSql, source: UsageSource, lookup: SeriesLookup): Fragment => {
  const { series, summaries } = branchesOf(sql, source);
  const parts: Fragment[] = [];
  if (series.length > 0 || summaries.length === 0) {
    const none = sql`select ${usageColumns(sql)} from usage_minute where false`;
    const rows = series.length > 0 ? united(sql, series) : none;
    parts.push(
      lookup === "none"
        ? rows
        : sql`select ${usageColumns(sql, "u")}, ${columnList(sql, SERIES_COLUMNS, "s")} from (${rows}) u ${
            lookup === "each"
              ? withSeries(sql, "u")
              : sql`join usage_series s on s.tenant_id = u.tenant_id and s.series_id = u.series_id`
          }`,
    );
  }
  if (summaries.length > 0) {
    const told = lookup === "none" ? sql`` : sql`, ${columnList(sql, SERIES_COLUMNS, "u")}`;
    parts.push(sql`select ${usageColumns(sql, "u")} ${told} from (${united(sql, summaries)}) u`);
  }
  return united(sql, parts);
};

const united = (sql: TransactionSql, parts: readonly Fragment[]): Fragment =>
  joined(
    sql,
    parts.map((part, i) => (i === 0 ? part : sql`union all ${part}`)),
  );

/** Rows that Postgres expects to read, by its statistics; nothing is read. */
export const estimateRows = async (sql: TransactionSql, source: UsageSource): Promise<number> => {
  const rows = await sql<{ "QUERY PLAN": string | [{ Plan: { "Plan Rows": number } }] }[]>`
    explain (format json) select from (${usageSource(sql, source, "none")}) u`;
  const answer = rows[0]?.["QUERY PLAN"];
  const [plans] =
    typeof answer === "string" ? (JSON.parse(answer) as [{ Plan: { "Plan Rows": number } }]) : (answer ?? []);
  return plans?.Plan["Plan Rows"] ?? 0;
};
