import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { type Fragment, joined } from "../../platform/db/fragments.js";
import type { TimeRange } from "../../platform/http/instant.js";
import {
  COARSE_LEVELS,
  type CoarseLevel,
  coarserThan,
  type MarkLevel,
  SERIES_COLUMNS,
  SUMMARY_TABLE,
  type SummaryGrain,
  type SummaryTable,
  summaryMark,
  summaryOf,
  USAGE_LEVELS,
  USAGE_TABLE,
  type UsageGrain,
  type UsageTable,
  type UsageTableLevel,
} from "./levels.rules.js";
import { usageColumns } from "./merged-rows.store.js";
import type { UsagePlan } from "./usage-plan.rules.js";

/** Of which tenants: by their ids, and found by index, or by a condition on an id. */
export type OfTenants = readonly string[] | ((id: Fragment) => Fragment);

/** Which usage is read. */
export interface UsageSource {
  plan: UsagePlan;
  /** what is told apart */
  grain: UsageGrain;
  /** absent: all that the transaction may see */
  tenants?: OfTenants | undefined;
  /** which marks there are within the plan, by {@link readMarks} in the same snapshot: all that is read for others is never planned */
  marks: ReadonlySet<MarkLevel>;
}

export const at = (sql: TransactionSql, timeUs: UnixMicros): Fragment =>
  sql`to_timestamp(${timeUs / 1e6}::float8)`;

/** Length of a level's buckets, so that SQL finds where one ends. */
const LENGTH: Record<CoarseLevel, string> = { quarter: "15 minutes", day: "1 day", month: "1 month" };

/** Stretches that are read from a level, or that marks of coarser levels send there. */
const stretchesOf = (plan: UsagePlan, level: UsageTableLevel): readonly TimeRange[] =>
  [level, ...coarserThan(level)].flatMap((one) => plan[one]);

/** Which marks there are within plans. */
export const readMarks = async (
  sql: TransactionSql,
  plans: readonly UsagePlan[],
  tenants: OfTenants | undefined,
): Promise<Set<MarkLevel>> => {
  const asked = COARSE_LEVELS.flatMap((level) => {
    const stretches = plans.flatMap((plan) => stretchesOf(plan, level));
    return stretches.length === 0 ? [] : [level, summaryMark(level)].map((mark) => ({ mark, stretches }));
  });
  if (asked.length === 0) return new Set();
  const found = asked.map(
    ({ mark, stretches }, i) => sql`${i === 0 ? sql`` : sql`union all`} (
      select level from usage_dirty u
      where u.level = ${mark}::text and ${within(sql, stretches)} ${ofTenants(sql, tenants)} limit 1)`,
  );
  const rows = await sql<{ level: MarkLevel }[]>`${joined(sql, found)}`;
  return new Set(rows.map(({ level }) => level));
};

/** Selects of {@link USAGE_COLUMNS}: rows by series, and rows of summaries, which have {@link SERIES_COLUMNS}, too. */
export interface Branches {
  series: Fragment[];
  summaries: Fragment[];
}

/**
 * Where the buckets of a plan are read: each stretch from its level where that is up to date, and where it is not (`usage_dirty`) from the
 * next finer one, and so on; of each level by its summary, where it holds one that is up to date.
 *
 * @param sql a snapshot, the one in which `marks` were read
 */
export const branchesOf = (sql: TransactionSql, source: UsageSource): Branches => {
  const { plan, tenants, marks } = source;
  const branches: Branches = { series: [], summaries: [] };
  for (const [index, level] of [...USAGE_LEVELS.entries()].reverse()) {
    if (plan[level].length > 0) addLevel(sql, branches, level, source, { stretches: plan[level], tenants });
    const above = COARSE_LEVELS[index];
    if (!above || !marks.has(above)) continue;
    const stretches = stretchesOf(plan, above);
    if (stretches.length > 0)
      addLevel(sql, branches, level, source, markedIn(sql, above, above, { stretches, tenants }));
  }
  return branches;
};

/** Where rows are read: stretches of time, or a table of marked buckets (`tenant_id, bucket, until`). */
type Place = { stretches: readonly TimeRange[]; tenants?: OfTenants | undefined } | { marked: Fragment };

/** Rows of a level: of its summary, and of series where the summary alone is out of date. */
const addLevel = (
  sql: TransactionSql,
  branches: Branches,
  level: UsageTableLevel,
  { grain, marks }: UsageSource,
  place: Place,
): void => {
  const of = (...names: MarkLevel[]) => names.filter((name) => marks.has(name));
  const summary = level === "minute" ? undefined : summaryOf(level, grain);
  const series = { table: USAGE_TABLE[level], marks: level === "minute" ? [] : of(level) };
  if (level === "minute" || !summary) {
    branches.series.push(rowsIn(sql, series, place));
    return;
  }
  const mark = summaryMark(level);
  const current = { table: SUMMARY_TABLE[level], grain: summary, marks: of(level, mark) };
  branches.summaries.push(rowsIn(sql, current, place));
  if (marks.has(mark)) branches.series.push(rowsIn(sql, series, markedIn(sql, mark, level, place)));
};

interface Rows {
  table: UsageTable | SummaryTable;
  grain?: SummaryGrain;
  /** which say that a row is not up to date */
  marks: readonly MarkLevel[];
}

/** Ends of buckets are columns, and stay columns: under row-level security an expression would not reach the index. */
const rowsIn = (sql: TransactionSql, { table, grain, marks }: Rows, place: Place): Fragment => {
  const rows = sql`select u.* from ${sql(table)} u where true ${grain ? sql`and u.grain = ${grain}::text` : sql``}`;
  // Of all marks no more than may be met: they are many while summaries are owed for all that is held.
  const near =
    "marked" in place
      ? sql``
      : sql`and ${within(sql, place.stretches, sql`x.bucket`)} ${ofTenants(sql, place.tenants, sql`x.tenant_id`)}`;
  const isCurrent =
    marks.length === 0
      ? sql``
      : sql`where not exists (select from usage_dirty x
          where x.tenant_id = r.tenant_id and x.level = any(${textArray(marks)}::text[]) and x.bucket = r.bucket ${near})`;
  const read =
    "marked" in place
      ? sql`${place.marked} d cross join lateral (
          ${rows} and u.tenant_id = d.tenant_id and u.bucket >= d.bucket and u.bucket < d.until offset 0) r`
      : sql`(${rows} and ${within(sql, place.stretches)} ${ofTenants(sql, place.tenants)}) r`;
  return sql`select ${usageColumns(sql, "r")} ${grain ? toldBySummary(sql) : sql``} from ${read} ${isCurrent}`;
};

/** Summaries tell no hosts and agents apart, and have no columns for them; others that they do not tell apart are null. */
const toldBySummary = (sql: TransactionSql): Fragment =>
  joined(
    sql,
    SERIES_COLUMNS.map((column) =>
      column === "host_name" || column === "agent_id"
        ? sql`, null::text as ${sql(column)}`
        : sql`, ${sql(`r.${column}`)}`,
    ),
  );

/** Buckets of a level in a place that bear a mark. */
const markedIn = (
  sql: TransactionSql,
  mark: MarkLevel,
  level: CoarseLevel,
  place: Place,
): { marked: Fragment } => {
  const until = sql`(u.bucket at time zone 'UTC' + ${LENGTH[level]}::interval) at time zone 'UTC' as until`;
  const from =
    "marked" in place
      ? sql`usage_dirty u join ${place.marked} d
          on u.tenant_id = d.tenant_id and u.bucket >= d.bucket and u.bucket < d.until where true`
      : sql`usage_dirty u where ${within(sql, place.stretches)} ${ofTenants(sql, place.tenants)}`;
  return {
    marked: sql`(select u.tenant_id, u.bucket, ${until} from ${from} and u.level = ${mark}::text offset 0)`,
  };
};

/** `and` a condition on the id of a table's tenant. */
export const ofTenants = (
  sql: TransactionSql,
  tenants: OfTenants | undefined,
  id = sql`u.tenant_id`,
): Fragment => {
  if (!tenants) return sql``;
  return sql`and ${typeof tenants === "function" ? tenants(id) : sql`${id} = any(${textArray(tenants)}::text[])`}`;
};

const within = (
  sql: TransactionSql,
  stretches: readonly TimeRange[],
  bucket = sql`u.bucket`,
): Fragment => sql`(
  ${joined(
    sql,
    stretches.map(
      ({ fromUs, toUs }, i) =>
        sql`${i > 0 ? sql`or` : sql``} (${bucket} >= ${at(sql, fromUs)} and ${bucket} < ${at(sql, toUs)})`,
    ),
  )})`;
