import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";

/**
 * Joins each row of a table with its series, as `s`: one by one (`offset 0`), where a join might read all series of the fleet for a
 * few rows, or grow with the square of them.
 *
 * @param rows alias of a table with `tenant_id` and `series_id`
 */
export const withSeries = (sql: TransactionSql, rows: string): Fragment => sql`
  cross join lateral (
    select * from usage_series s
    where s.tenant_id = ${sql(`${rows}.tenant_id`)} and s.series_id = ${sql(`${rows}.series_id`)} offset 0) s`;
