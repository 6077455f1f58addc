import type { UsageCondition, UsageFilter, UsageFilterValue } from "@masthead/shared/http/usage-query-schema";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { type Fragment, joined } from "../../platform/db/fragments.js";
import { columnOf } from "./usage-grain.rules.js";

/** A dimension of `s`, which has columns of `usage_series`, as text; null where it is unknown. */
export const dimension = (sql: TransactionSql, name: string): Fragment => {
  if (name === "http.response.status_code") return sql`s.status::text`;
  if (name === "http.response.status_class") return sql`((s.status / 100)::text || 'xx')`;
  const column = columnOf(name);
  return column === "dimensions" ? sql`(s.dimensions ->> ${name}::text)` : sql`s.${sql(column)}`;
};

/** What rows are grouped by: an array of texts, equal where all of them are, unknown ones too. */
export const groupKey = (sql: TransactionSql, groupBy: readonly string[]): Fragment => {
  const values = groupBy.map((name, i) => (i > 0 ? sql`, ${dimension(sql, name)}` : dimension(sql, name)));
  return sql`array[${joined(sql, values)}]::text[]`;
};

/** Whether a filter holds of `s`, which has columns of `usage_series`: true or false, never unknown, so that `not` can turn it around. */
export const holds = (sql: TransactionSql, filter: UsageFilter): Fragment => {
  if ("and" in filter)
    return every(
      sql,
      filter.and.map((inner) => holds(sql, inner)),
    );
  if ("or" in filter)
    return sql`(not ${every(
      sql,
      filter.or.map((inner) => sql`not ${holds(sql, inner)}`),
    )})`;
  if ("not" in filter) return sql`(not ${holds(sql, filter.not)})`;
  return condition(sql, filter);
};

const every = (sql: TransactionSql, conditions: readonly Fragment[]): Fragment =>
  sql`(true ${joined(
    sql,
    conditions.map((one) => sql`and ${one}`),
  )})`;

const condition = (sql: TransactionSql, filter: UsageCondition): Fragment => {
  const value = dimension(sql, filter.dimension);
  if ("eq" in filter) return isOneOf(sql, value, [filter.eq]);
  if ("ne" in filter) return sql`(not ${isOneOf(sql, value, [filter.ne])})`;
  if ("in" in filter) return isOneOf(sql, value, filter.in);
  if ("nin" in filter) return sql`(not ${isOneOf(sql, value, filter.nin)})`;
  if ("prefix" in filter)
    return sql`(${value} is not null and starts_with(${value}, ${filter.prefix}::text))`;
  return filter.exists ? sql`(${value} is not null)` : sql`(${value} is null)`;
};

const isOneOf = (sql: TransactionSql, value: Fragment, values: readonly UsageFilterValue[]): Fragment => {
  const known = values.flatMap((one) => (one === null ? [] : [String(one)]));
  const isKnown = sql`(${value} is not null and ${value} = any(${textArray(known)}::text[]))`;
  if (known.length === values.length) return isKnown;
  return known.length === 0 ? sql`(${value} is null)` : sql`(${value} is null or ${isKnown})`;
};
