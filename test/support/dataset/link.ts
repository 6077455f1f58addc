import type { UsageCondition, UsageFilter, UsageQueryInput } from "@masthead/shared/http/usage-query-schema";

/** A question as `GET /v1/usage` takes it. @param document its filter is none, or an `and` of conditions */
export const linkOf = ({
  filter,
  top,
  orderBy,
  groupBy,
  include,
  measures,
  ...rest
}: UsageQueryInput): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) parameters.set(name, String(value));
  if (groupBy && groupBy.length > 0) parameters.set("groupBy", groupBy.join(","));
  if (include) parameters.set("include", include.join(","));
  if (measures) parameters.set("measures", measures.join(","));
  if (top) parameters.set("top", String(top.n));
  if (top?.by) parameters.set("topBy", top.by);
  if (top?.per) parameters.set("topPer", top.per);
  if (orderBy) parameters.set("orderBy", orderBy.map(termOf).join(","));
  if (filter) {
    const conditions =
      "and" in (filter as UsageFilter) ? (filter as { and: UsageCondition[] }).and : undefined;
    if (!conditions) throw new Error("of a link all conditions hold at once");
    for (const condition of conditions) parameters.set(...parameterOf(condition));
  }
  return `/v1/usage?${parameters}`;
};

/** Of links all terms ascend that do not say otherwise; of documents metrics descend. */
const termOf = ({ by, direction }: { by: string; direction?: "asc" | "desc" | undefined }): string => {
  const usual = by === "window" || by === "group" ? "asc" : "desc";
  return (direction ?? usual) === "desc" ? `-${by}` : by;
};

const parameterOf = ({ dimension, ...operation }: UsageCondition): [name: string, value: string] => {
  const [operator, operand] = Object.entries(operation)[0] as [string, unknown];
  const value = Array.isArray(operand) ? operand.map(String).join(",") : String(operand);
  // Of one value the short form, of several the long one.
  const isShort = operator === "in" && (operand as unknown[]).length === 1;
  return [isShort ? `filter[${dimension}]` : `filter[${dimension}][${operator}]`, value];
};
