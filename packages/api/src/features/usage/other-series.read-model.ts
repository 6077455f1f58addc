import type { UsageCondition, UsageFilter } from "@masthead/shared/http/usage-query-schema";
import { isUsageDimension } from "@masthead/shared/usage/dimensions";
import type { TransactionSql } from "postgres";
import { type Fragment, joined } from "../../platform/db/fragments.js";
import { ofTenants, type UsageSource } from "./usage-branches.read-model.js";
import { dimension, holds } from "./usage-dimension.read-model.js";
import { conditionsOf } from "./usage-question.rules.js";
import { usageSource } from "./usage-source.read-model.js";

/** Dimensions whose values are `__other__` in series that stand for those beyond a bound. */
const FOLDED = new Set(["url.template", "http.request.method", "consumer.fingerprint"]);
const isFolded = (name: string): boolean => FOLDED.has(name) || !isUsageDimension(name);

/** Whether a filter could hold of one of the series that a series of `usage_series s` may stand for. */
const mayHold = (sql: TransactionSql, filter: UsageFilter, negated = false): Fragment => {
  if ("not" in filter) return mayHold(sql, filter.not, !negated);
  if ("dimension" in filter) return mayHoldAlone(sql, filter, negated);
  const inner = "and" in filter ? filter.and : filter.or;
  const isAnd = "and" in filter !== negated;
  const terms = inner.map((one, i) => {
    const connective = i === 0 ? sql`` : isAnd ? sql`and` : sql`or`;
    return sql`${connective} ${mayHold(sql, one, negated)}`;
  });
  return sql`(${joined(sql, terms)})`;
};

const mayHoldAlone = (sql: TransactionSql, condition: UsageCondition, negated: boolean): Fragment => {
  const alone = negated ? sql`not ${holds(sql, condition)}` : holds(sql, condition);
  if (!isFolded(condition.dimension)) return sql`(${alone})`;
  return sql`(${dimension(sql, condition.dimension)} = '__other__' or ${alone})`;
};

/**
 * Whether something that a filter might take is counted in series of which that can no longer be told. Asked only where the filter names
 * such a dimension.
 */
export const hidesInOther = async (
  sql: TransactionSql,
  source: UsageSource,
  filter: UsageFilter | undefined,
): Promise<boolean> => {
  const named = conditionsOf(filter).flatMap(({ condition }) =>
    isFolded(condition.dimension) ? [condition.dimension] : [],
  );
  if (!filter || named.length === 0) return false;
  const isOther = [...new Set(named)].map((name) => sql`or ${dimension(sql, name)} = '__other__'`);
  const rows = await sql<{ hides: boolean }[]>`
    select exists (
      select from usage_series s
      where (s.template = '__other__' or s.consumer = '__other__') and (false ${joined(sql, isOther)})
        ${ofTenants(sql, source.tenants, sql`s.tenant_id`)} and ${mayHold(sql, filter)}
        and exists (
          select from (${usageSource(sql, { ...source, grain: "series" }, "none")}) u
          where u.tenant_id = s.tenant_id and u.series_id = s.series_id)) as hides`;
  return rows[0]?.hides ?? false;
};
