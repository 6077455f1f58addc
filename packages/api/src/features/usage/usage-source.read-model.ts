import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { type Fragment, joined } from "../../platform/db/fragments.js";
import type { TimeRange } from "../../platform/http/instant.js";
import { type CoarseLevel, USAGE_LEVELS, USAGE_TABLE } from "./levels.rules.js";
import type { UsagePlan } from "./usage-plan.rules.js";

export const at = (sql: TransactionSql, timeUs: UnixMicros): Fragment =>
  sql`to_timestamp(${timeUs / 1e6}::float8)`;

/** Length of a level's buckets, so that SQL finds where one ends. */
const NEXT: Record<CoarseLevel, string> = { quarter: "15 minutes", day: "1 day", month: "1 month" };

/**
 * The buckets of a plan, in one snapshot: each stretch from its level where that is up to date, and where it is not (`usage_dirty`) from
 * the next finer one, and so on. Rows of one table after the other, as of `usage_minute`.
 *
 * @param tenants absent: all; named, their rows are found by index
 */
export const usageSource = (
  sql: TransactionSql,
  plan: UsagePlan,
  tenants: readonly string[] | undefined,
): Fragment => {
  const ofTenants = (table: Fragment) =>
    tenants ? sql`and ${table}.tenant_id = any(${textArray(tenants)}::text[])` : sql``;
  const branches: Fragment[] = [];
  let coarser: readonly TimeRange[] = [];
  for (const [index, level] of [...USAGE_LEVELS.entries()].reverse()) {
    const above = USAGE_LEVELS[index + 1] as CoarseLevel | undefined;
    const rows = sql`select u.* from ${sql(USAGE_TABLE[level])} u`;
    const isCurrent = (row: Fragment) =>
      level === "minute"
        ? sql``
        : sql`and not exists (select from usage_dirty x
            where x.tenant_id = ${row}.tenant_id and x.level = ${level} and x.bucket = ${row}.bucket)`;
    if (plan[level].length > 0)
      branches.push(
        sql`${rows} where ${within(sql, plan[level], sql`u.bucket`)} ${ofTenants(sql`u`)} ${isCurrent(sql`u`)}`,
      );
    if (above && coarser.length > 0)
      branches.push(sql`
        select r.* from ${dirtyBuckets(sql, above, coarser, ofTenants(sql`d`))} d cross join lateral (
          ${rows} where u.tenant_id = d.tenant_id and u.bucket >= d.bucket and u.bucket < d.until offset 0) r
        where true ${isCurrent(sql`r`)}`);
    coarser = [...coarser, ...plan[level]];
  }
  if (branches.length === 0) return sql`select u.* from usage_minute u where false`;
  return joined(
    sql,
    branches.map((branch, i) => (i === 0 ? branch : sql`union all ${branch}`)),
  );
};

/** Ends are columns, and stay columns: under row-level security an expression would not reach the index. */
const dirtyBuckets = (
  sql: TransactionSql,
  level: CoarseLevel,
  stretches: readonly TimeRange[],
  ofTenants: Fragment,
): Fragment => sql`(
  select tenant_id, bucket, (bucket at time zone 'UTC' + ${NEXT[level]}::interval) at time zone 'UTC' as until
  from usage_dirty d where level = ${level} and ${within(sql, stretches, sql`bucket`)} ${ofTenants} offset 0)`;

const within = (sql: TransactionSql, stretches: readonly TimeRange[], bucket: Fragment): Fragment => sql`(
  ${joined(
    sql,
    stretches.map(
      ({ fromUs, toUs }, i) =>
        sql`${i > 0 ? sql`or` : sql``} (${bucket} >= ${at(sql, fromUs)} and ${bucket} < ${at(sql, toUs)})`,
    ),
  )})`;

/** Rows that Postgres expects to read, by its statistics; nothing is read. */
export const estimateRows = async (
  sql: TransactionSql,
  plan: UsagePlan,
  tenants: readonly string[] | undefined,
): Promise<number> => {
  const rows = await sql<{ "QUERY PLAN": string | [{ Plan: { "Plan Rows": number } }] }[]>`
    explain (format json) select from (${usageSource(sql, plan, tenants)}) u`;
  const answer = rows[0]?.["QUERY PLAN"];
  const [plans] =
    typeof answer === "string" ? (JSON.parse(answer) as [{ Plan: { "Plan Rows": number } }]) : (answer ?? []);
  return plans?.Plan["Plan Rows"] ?? 0;
};
