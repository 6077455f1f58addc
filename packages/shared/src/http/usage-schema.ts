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

export const usageRowSchema = z.object({
  windowStart: z.string().describe("Start of the window, inclusive: RFC 3339 in UTC with microseconds."),
  windowEnd: z.string().describe("End of the window, exclusive: RFC 3339 in UTC with microseconds."),
  group: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .describe(
      "The values of `groupBy`, by dimension; `null` is unknown, `__other__` what is beyond a bound.",
    ),
  ...usageCountsShape,
  measures: measuresSchema,
  latencyMs: latencySchema,
});
export type UsageRow = z.infer<typeof usageRowSchema>;

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

export const usageMetaSchema = z.object({
  level: z.enum(["minute", "quarter_hour", "day"]).describe("The buckets that the rows were added up from."),
  range: z
    .object({
      from: z.string().describe("Inclusive: RFC 3339 in UTC with microseconds."),
      to: z.string().describe("Exclusive: RFC 3339 in UTC with microseconds."),
    })
    .describe("What the rows cover: the range asked for, widened to the buckets held."),
  completeUntil: z
    .string()
    .nullable()
    .describe(
      "Every exchange that ended before is counted: the smallest over the agents concerned; `null` without agents.",
    ),
  completeness: completenessSchema,
});
export type UsageMeta = z.infer<typeof usageMetaSchema>;
