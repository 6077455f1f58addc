/** What usage can be grouped by and filtered on, besides the header names of policies' `dimensions`. */
export const USAGE_DIMENSIONS = [
  "tenant.id",
  "role",
  "service.name",
  "host.name",
  "agent.id",
  "url.template",
  "http.request.method",
  "http.response.status_code",
  "http.response.status_class",
  "consumer.fingerprint",
] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

const names: ReadonlySet<string> = new Set(USAGE_DIMENSIONS);
export const isUsageDimension = (name: string): name is UsageDimension => names.has(name);
