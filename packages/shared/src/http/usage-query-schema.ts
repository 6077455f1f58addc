import { z } from "zod";

/** The question of `POST /v1/usage/query`; its answer is in usage-schema. */

export const USAGE_WINDOWS = ["minute", "hour", "day", "month", "total"] as const;
export type UsageWindow = (typeof USAGE_WINDOWS)[number];

export const USAGE_GROUP_BY_MAX = 8;
export const USAGE_ORDER_BY_MAX = 4;
export const USAGE_MEASURES_MAX = 32;
export const USAGE_TOP_MAX = 1_000;
export const USAGE_LIMIT_DEFAULT = 50;
export const USAGE_LIMIT_MAX = 1_000;
/** How deep `and`, `or` and `not` may stand in each other. */
export const FILTER_DEPTH_MAX = 8;
export const FILTER_CONDITIONS_MAX = 64;
/** Values of `in` and `nin` of a whole filter. */
export const FILTER_VALUES_MAX = 1_000;
const VALUE_MAX_CHARACTERS = 4_096;
const NAME_MAX_CHARACTERS = 64;

export const COUNT_NAMES = ["requests", "errors", "requestBytes", "responseBytes"] as const;
export type CountName = (typeof COUNT_NAMES)[number];
export const LATENCY_NAMES = ["p50", "p90", "p95", "p99"] as const;
export type LatencyName = (typeof LATENCY_NAMES)[number];

/** What rows can be ranked by: a count, `latencyMs.p95`, or a measure as `measures.<header>`. */
export type UsageMetric = CountName | `latencyMs.${LatencyName}` | `measures.${string}`;

const METRIC =
  /^(?:requests|errors|requestBytes|responseBytes|latencyMs\.p(?:50|90|95|99)|measures\..{1,64})$/s;
const METRIC_WORDS =
  "requests, errors, requestBytes, responseBytes, latencyMs.p50 (p90, p95, p99), measures.<header>";

export const isUsageMetric = (name: string): name is UsageMetric => METRIC.test(name);

const storable = (text: string): boolean => !text.includes("\u0000");
const U0000 = "U+0000 occurs in no stored text";
const text = (max: number) => z.string().max(max).refine(storable, U0000);
const dimensionName = text(NAME_MAX_CHARACTERS).min(1).describe("A dimension, such as `tenant.id`.");
const value = z.union([text(VALUE_MAX_CHARACTERS), z.number(), z.null()], {
  error: "a text, a number or null (unknown)",
});
const values = z.array(value).min(1).max(FILTER_VALUES_MAX);

export type UsageFilterValue = string | number | null;
export type UsageCondition = { dimension: string } & (
  | { eq: UsageFilterValue }
  | { ne: UsageFilterValue }
  | { in: UsageFilterValue[] }
  | { nin: UsageFilterValue[] }
  | { prefix: string }
  | { exists: boolean }
);
export type UsageFilter =
  | UsageCondition
  | { and: UsageFilter[] }
  | { or: UsageFilter[] }
  | { not: UsageFilter };

export const FILTER_OPERATORS = ["eq", "ne", "in", "nin", "prefix", "exists"] as const;
const CONNECTIVES = ["and", "or", "not"] as const;

/** One condition (`dimension` and one operator), or one of `and`, `or`, `not` alone. */
export const usageFilterSchema: z.ZodType<UsageFilter> = z
  .strictObject({
    get and() {
      return z.array(usageFilterSchema).min(1).max(FILTER_CONDITIONS_MAX).optional().describe("All hold.");
    },
    get or() {
      return z
        .array(usageFilterSchema)
        .min(1)
        .max(FILTER_CONDITIONS_MAX)
        .optional()
        .describe("At least one holds.");
    },
    get not() {
      return usageFilterSchema.optional().describe("It does not hold.");
    },
    dimension: dimensionName.optional(),
    eq: value.optional().describe("Has this value; `null`: is unknown."),
    ne: value.optional().describe("Has another value, or is unknown; `null`: is known."),
    in: values.optional().describe("Has one of these values."),
    nin: values.optional().describe("Has none of these values."),
    prefix: text(VALUE_MAX_CHARACTERS).min(1).optional().describe("Begins with this text."),
    exists: z.boolean().optional().describe("`true`: is known; `false`: is unknown."),
  })
  .superRefine((filter, context) => {
    const named = Object.entries(filter).flatMap(([name, held]) => (held === undefined ? [] : [name]));
    const operators = named.filter((name) => (FILTER_OPERATORS as readonly string[]).includes(name));
    const connectives = named.filter((name) => (CONNECTIVES as readonly string[]).includes(name));
    const isCondition = filter.dimension !== undefined && operators.length === 1 && connectives.length === 0;
    if (isCondition || (connectives.length === 1 && named.length === 1)) return;
    context.addIssue({
      code: "custom",
      message: `a condition is \`dimension\` and one of ${FILTER_OPERATORS.join(", ")}; or \`and\`, \`or\` or \`not\` stands alone`,
    });
  })
  .meta({
    id: "UsageFilter",
    description: "One condition (`dimension` and one operator), or one of `and`, `or`, `not` alone.",
  }) as unknown as z.ZodType<UsageFilter>;

const metricName = z
  .string()
  .max(NAME_MAX_CHARACTERS + 16)
  .refine(isUsageMetric, `one of ${METRIC_WORDS}`)
  .refine(storable, U0000);

export const usageOrderSchema = z.strictObject({
  by: z
    .string()
    .max(NAME_MAX_CHARACTERS + 16)
    .refine(
      (by) => by === "window" || by === "group" || isUsageMetric(by),
      `one of window, group, ${METRIC_WORDS}`,
    )
    .refine(storable, U0000)
    .describe(`\`window\`, \`group\`, or what rows are ranked by: ${METRIC_WORDS}.`),
  direction: z
    .enum(["asc", "desc"])
    .optional()
    .describe("Default: `asc` for `window` and `group`, `desc` for the others."),
});
export type UsageOrder = z.infer<typeof usageOrderSchema>;

export const usageTopSchema = z
  .strictObject({
    n: z.int().min(1).max(USAGE_TOP_MAX).describe("How many groups stand on their own."),
    by: metricName.default("requests").describe(`What groups are ranked by: ${METRIC_WORDS}.`),
    per: z
      .enum(["range", "window"])
      .default("range")
      .describe("`range`: the same groups in each window; `window`: each window's own."),
  })
  .describe("Only the largest groups; all others together are one row a window, `__remainder__`.");

export const USAGE_INCLUDES = ["latencyMs", "histogram", "uniqueConsumers"] as const;
export type UsageInclude = (typeof USAGE_INCLUDES)[number];

export const timeZoneNameSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+\-/]*$/, "a zone of the IANA time zone database, such as Europe/Berlin");

const instant = (description: string) => z.string().max(64).optional().describe(description);

/** Body of `POST /v1/usage/query`. Depth and number of `filter` are bounded by {@link filterExcess}. */
export const usageQueryDocumentSchema = z.strictObject({
  from: instant("Start, inclusive: RFC 3339. Default: an hour before `to`."),
  to: instant("End, exclusive: RFC 3339; may lie ahead. Default: now."),
  window: z.enum(USAGE_WINDOWS).default("total").describe("What rows are cut into, in `timeZone`."),
  timeZone: timeZoneNameSchema
    .default("UTC")
    .describe("A zone of the IANA time zone database, such as `Europe/Berlin`."),
  groupBy: z.array(dimensionName).max(USAGE_GROUP_BY_MAX).default([]).describe("Dimensions to group by."),
  filter: usageFilterSchema
    .optional()
    .describe(
      `What is counted: at most ${FILTER_CONDITIONS_MAX} conditions, ${FILTER_VALUES_MAX} values, ${FILTER_DEPTH_MAX} levels.`,
    ),
  measures: z
    .array(dimensionName.describe("A measure: a header name."))
    .max(USAGE_MEASURES_MAX)
    .optional()
    .describe("Which measures rows carry. Default: all of them."),
  include: z
    .array(z.enum(USAGE_INCLUDES))
    .max(USAGE_INCLUDES.length)
    .default(["latencyMs"])
    .describe("What rows carry beside counts and measures. Leaving out `latencyMs` is quicker."),
  top: usageTopSchema.optional(),
  compare: z
    .literal("previous")
    .optional()
    .describe(
      "Beside each row, the period before: as many windows before those of the range, in the same order; of `total` the time before of the same length, counted in whole months or days of the zone where the range is made of them.",
    ),
  orderBy: z
    .array(usageOrderSchema)
    .max(USAGE_ORDER_BY_MAX)
    .optional()
    .describe("Default: by window, then by group; with `top` by window, then by what is ranked by."),
  fill: z.literal("zero").optional().describe("Also rows of windows in which a group has no usage."),
  limit: z
    .int()
    .min(1)
    .max(USAGE_LIMIT_MAX)
    .default(USAGE_LIMIT_DEFAULT)
    .describe("How many rows to answer at most."),
  cursor: z
    .string()
    .max(2_048)
    .optional()
    .describe("Where to go on: `nextCursor` of the page before, with the same other fields. Opaque."),
});
/** With its defaults. */
export type UsageQueryDocument = z.infer<typeof usageQueryDocumentSchema>;
/** As it is sent. */
export type UsageQueryInput = z.input<typeof usageQueryDocumentSchema>;

/**
 * Where a filter goes beyond its bounds; to be asked before the schema, which follows a filter as deep as it goes.
 *
 * @param filter anything that a JSON parser gave
 * @returns path of the place and what is wrong there; undefined where it is within the bounds
 */
export const filterExcess = (filter: unknown): { path: PropertyKey[]; message: string } | undefined => {
  const open: { node: unknown; path: PropertyKey[] }[] = [{ node: filter, path: [] }];
  let [conditions, held] = [0, 0];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, path } = next;
    if (node === null || typeof node !== "object" || Array.isArray(node)) continue;
    const depth = path.filter((part) => typeof part === "string").length;
    if (depth > FILTER_DEPTH_MAX)
      return { path, message: `at most ${FILTER_DEPTH_MAX} levels of and, or and not` };
    const fields = node as Record<string, unknown>;
    const connectives = CONNECTIVES.filter((name) => fields[name] !== undefined);
    if (connectives.length === 0 && ++conditions > FILTER_CONDITIONS_MAX)
      return { path, message: `at most ${FILTER_CONDITIONS_MAX} conditions; \`in\` takes many values` };
    for (const name of ["in", "nin"]) {
      const list = fields[name];
      if (Array.isArray(list)) held += list.length;
    }
    if (held > FILTER_VALUES_MAX)
      return { path, message: `at most ${FILTER_VALUES_MAX} values in the whole filter` };
    for (const name of connectives) {
      const inner = fields[name];
      if (Array.isArray(inner) && inner.length > FILTER_CONDITIONS_MAX)
        return { path: [...path, name], message: `at most ${FILTER_CONDITIONS_MAX} conditions` };
      const list = Array.isArray(inner) ? inner : [inner];
      for (const [i, one] of list.entries())
        open.push({ node: one, path: Array.isArray(inner) ? [...path, name, i] : [...path, name] });
    }
  }
  return undefined;
};
