import type { UsageQueryDocument } from "@masthead/shared/http/usage-query-schema";
import { isUsageDimension, type UsageDimension } from "@masthead/shared/usage/dimensions";
import { SUMMARY_COLUMNS, type SummaryGrain, type UsageGrain } from "./levels.rules.js";
import { conditionsOf } from "./usage-question.rules.js";

/** Columns of `usage_series` that dimensions are read from; the policy's own are in `dimensions`. */
const COLUMNS = {
  "tenant.id": "tenant_id",
  role: "role",
  "service.name": "service_name",
  "host.name": "host_name",
  "agent.id": "agent_id",
  "url.template": "template",
  "http.request.method": "method",
  "http.response.status_code": "status",
  "http.response.status_class": "status",
  "consumer.fingerprint": "consumer",
} as const satisfies Record<UsageDimension, string>;
export type SeriesColumn = (typeof COLUMNS)[UsageDimension] | "dimensions";

export const columnOf = (dimension: string): SeriesColumn =>
  isUsageDimension(dimension) ? COLUMNS[dimension] : "dimensions";

/** From few rows to many. */
const GRAINS: readonly SummaryGrain[] = ["tenant", "consumer", "endpoint"];

/**
 * The smallest summary that tells apart what a question groups by and filters by; where none does, series.
 * @param also columns that it has to tell apart, too
 */
export const grainOf = (
  { groupBy, filter }: Pick<UsageQueryDocument, "groupBy" | "filter">,
  also: readonly SeriesColumn[] = [],
): UsageGrain => {
  const names = [...groupBy, ...conditionsOf(filter).map(({ condition }) => condition.dimension)];
  const wanted = new Set<SeriesColumn>([...names.map(columnOf), ...also]);
  // Every row has a tenant.
  wanted.delete("tenant_id");
  const tells = (grain: SummaryGrain): boolean => {
    const kept: readonly string[] = SUMMARY_COLUMNS[grain];
    return [...wanted].every((column) => kept.includes(column));
  };
  return GRAINS.find(tells) ?? "series";
};
