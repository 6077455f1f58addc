import type { UsageFilter, UsageFilterValue } from "@masthead/shared/http/usage-query-schema";
import type { UsagePart } from "@masthead/shared/wire/batch";

export type Value = string | null;
export const valueIn = (part: UsagePart, dimension: string): Value => {
  switch (dimension) {
    case "tenant.id":
      return part.tenant;
    case "role":
      return part.role;
    case "service.name":
      return part.service;
    case "url.template":
      return part.template;
    case "http.request.method":
      return part.method;
    case "http.response.status_code":
      return part.status === undefined ? null : String(part.status);
    case "http.response.status_class":
      return part.status === undefined ? null : `${String(part.status)[0]}xx`;
    case "consumer.fingerprint":
      return part.consumer ?? null;
    default:
      return part.dimensions?.[dimension] ?? null;
  }
};

const isOneOf = (value: Value, values: readonly UsageFilterValue[]): boolean =>
  values.some((one) => (one === null ? value === null : value === String(one)));

export const holds = (part: UsagePart, filter: UsageFilter): boolean => {
  if ("and" in filter) return filter.and.every((inner) => holds(part, inner));
  if ("or" in filter) return filter.or.some((inner) => holds(part, inner));
  if ("not" in filter) return !holds(part, filter.not);
  const value = valueIn(part, filter.dimension);
  if ("eq" in filter) return isOneOf(value, [filter.eq]);
  if ("ne" in filter) return !isOneOf(value, [filter.ne]);
  if ("in" in filter) return isOneOf(value, filter.in);
  if ("nin" in filter) return !isOneOf(value, filter.nin);
  return "prefix" in filter
    ? (value?.startsWith(filter.prefix) ?? false)
    : (value !== null) === filter.exists;
};
