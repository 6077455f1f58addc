import { z } from "zod";

/** Counts that usage rows and reports share. */
export const usageCountsShape = {
  requests: z.int().describe("Exchanges, answered or not."),
  errors: z.int().describe("Those with status 500 and above, or without a response."),
  requestBytes: z.int().describe("Plaintext bytes of requests, head and body."),
  responseBytes: z.int().describe("Plaintext bytes of responses, head and body."),
};

export const latencySchema = z
  .object({
    p50: z.number().nullable().describe("Half of the exchanges took at most so many milliseconds."),
    p90: z.number().nullable().describe("90 % took at most so many milliseconds."),
    p95: z.number().nullable().describe("95 % took at most so many milliseconds."),
    p99: z.number().nullable().describe("99 % took at most so many milliseconds."),
  })
  .describe("Quantiles of `durationMs`, within 1 %; `null` where nothing was counted.");

export const measuresSchema = z
  .record(z.string(), z.number())
  .describe("Sums of the headers that policies name as measures, by header name.");

/** Counts of a time, whatever else a row carries. */
const usageValuesShape = {
  ...usageCountsShape,
  measures: measuresSchema,
  latencyMs: latencySchema.optional(),
  uniqueConsumers: z
    .int()
    .optional()
    .describe(
      "Different consumers; where it is asked for. Its standard error is in `meta.uniqueConsumersStandardError`.",
    ),
};

const changeSchema = z
  .object({
    absolute: z.number().nullable().describe("Value less previous value; `null` where one is unknown."),
    ratio: z.number().nullable().describe("Change over previous value; `null` where that is 0 or unknown."),
  })
  .describe("How a value changed.");

export const usageRowSchema = z.object({
  windowStart: z.string().describe("Start of the window, inclusive: RFC 3339 in UTC with microseconds."),
  windowEnd: z.string().describe("End of the window, exclusive: RFC 3339 in UTC with microseconds."),
  group: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .describe(
      "The values of `groupBy`, by dimension; `null` is unknown, `__other__` what is beyond a bound, `__remainder__` what is not among the top.",
    ),
  remainderOf: z
    .int()
    .optional()
    .describe("Of the remainder of `top` only: how many groups are added up in it."),
  ...usageValuesShape,
  histogram: z
    .array(
      z.object({
        upToMs: z.number().describe("Longest duration of the bucket; the shortest is that over 1.02."),
        count: z.int().describe("Exchanges in this bucket alone."),
      }),
    )
    .optional()
    .describe(
      "Durations by bucket, ascending; where it is asked for. Histograms add up, bucket by bucket, without a loss.",
    ),
  previous: z
    .object({
      windowStart: z.string().describe("Inclusive: RFC 3339 in UTC with microseconds."),
      windowEnd: z.string().describe("Exclusive: RFC 3339 in UTC with microseconds."),
      ...usageValuesShape,
    })
    .nullable()
    .optional()
    .describe(
      "The same group in the period before; where it is asked for. `null` where the calendar has no such window.",
    ),
  change: z
    .object({
      requests: changeSchema,
      errors: changeSchema,
      requestBytes: changeSchema,
      responseBytes: changeSchema,
      measures: z.record(z.string(), changeSchema).describe("By header name."),
      latencyMs: z
        .object({ p50: changeSchema, p90: changeSchema, p95: changeSchema, p99: changeSchema })
        .optional()
        .describe("Of each quantile, in milliseconds."),
      uniqueConsumers: changeSchema.optional(),
    })
    .nullable()
    .optional()
    .describe("From `previous` to this row, value by value; `null` where there is no `previous`."),
});
export type UsageRow = z.infer<typeof usageRowSchema>;
export type UsageChange = z.infer<typeof changeSchema>;

export const completenessSchema = z
  .object({
    lost: z.int().describe("Exchanges of the range that are known to be lost."),
    pending: z.int().describe("Exchanges captured and not yet committed, as of the agents' last reports."),
    gaps: z
      .array(
        z.object({
          agentId: z.string().optional().describe("The agent; a tenant is not told."),
          from: z.string().describe("Its last report: RFC 3339 in UTC with microseconds."),
          to: z.string().describe("When it was seen again, or now: RFC 3339 in UTC with microseconds."),
          reason: z.string().describe("Why nothing is known, such as `agent/epoch_ended`."),
        }),
      )
      .describe("Spans in which an agent may have seen exchanges that no report counts."),
  })
  .describe("What may be missing.");

const rangeSchema = z.object({
  from: z.string().describe("Inclusive: RFC 3339 in UTC with microseconds."),
  to: z.string().describe("Exclusive: RFC 3339 in UTC with microseconds."),
});

export const USAGE_LEVELS = ["minute", "quarter_hour", "day", "month"] as const;
export type UsageLevel = (typeof USAGE_LEVELS)[number];

export const usageMetaSchema = z.object({
  level: z.enum(USAGE_LEVELS).describe("The finest buckets that the rows are added up from."),
  range: rangeSchema.describe("What the rows cover: the range asked for, widened to whole minutes."),
  timeZone: z.string().describe("In which windows are cut."),
  comparedWith: rangeSchema
    .optional()
    .describe("The period before, where it is asked for: what `previous` covers."),
  completeUntil: z
    .string()
    .nullable()
    .describe(
      "Every exchange that ended before is counted: the smallest over the agents concerned; `null` without agents.",
    ),
  completeness: completenessSchema,
  capped: z
    .object({
      otherSeries: z
        .boolean()
        .describe(
          "Series beyond a bound are counted as `__other__` in a dimension that is grouped by or filtered on: single groups may be larger than they look, sums over groups are exact.",
        ),
      rows: z.boolean().describe("There are more rows than these: go on with `nextCursor`."),
    })
    .describe("Whether a bound was reached."),
  uniqueConsumersStandardError: z
    .number()
    .optional()
    .describe(
      "Of `uniqueConsumers`, relative, where it is asked for: 0 where all of them are exact, else that of the sketch.",
    ),
});
export type UsageMeta = z.infer<typeof usageMetaSchema>;

/** Answer of `GET /v1/usage` and `POST /v1/usage/query`. */
export const usagePageSchema = z.object({
  items: z.array(usageRowSchema).describe("Rows in the order asked for."),
  nextCursor: z.string().nullable().describe("Cursor of the next page; `null` on the last one."),
  meta: usageMetaSchema.describe("What the rows cover, and how completely."),
});
export type UsagePage = z.infer<typeof usagePageSchema>;
