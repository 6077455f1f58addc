import { z } from "@hono/zod-openapi";
import { USAGE_INCLUDES, USAGE_LIMIT_MAX, USAGE_WINDOWS } from "@masthead/shared/http/usage-query-schema";
import { usagePageSchema as answerSchema } from "@masthead/shared/http/usage-schema";
import { nearestWord } from "@masthead/shared/policy/nearest";
import { FILTER_FORMS, FILTER_PARAMETER } from "./usage-link.rules.js";

const text = (max: number, openapi: { description: string } & Record<string, unknown>) =>
  z
    .string()
    .max(max)
    .optional()
    .openapi({ type: "string", ...openapi });

/** All texts: what they say is checked where the document of `POST /v1/usage/query` is. */
const linkShape = {
  from: text(64, {
    format: "date-time",
    description: "Start, inclusive: RFC 3339. Default: an hour before `to`.",
  }),
  to: text(64, {
    format: "date-time",
    description: "End, exclusive: RFC 3339; may lie ahead. Default: now.",
  }),
  window: text(16, {
    enum: [...USAGE_WINDOWS],
    default: "total",
    description: "What rows are cut into, in `timeZone`.",
  }),
  timeZone: text(64, {
    default: "UTC",
    description: "A zone of the IANA time zone database, such as `Europe/Berlin`.",
  }),
  groupBy: text(1_024, {
    description: "Dimensions, with commas between: `tenant.id,url.template`. At most eight.",
  }),
  measures: text(4_096, {
    description: "Which measures rows carry, with commas between; empty: none. Default: all.",
  }),
  include: text(256, {
    default: "latencyMs",
    description: `What rows carry beside counts and measures, with commas between: ${USAGE_INCLUDES.map((name) => `\`${name}\``).join(", ")}; empty: nothing, which is quicker.`,
  }),
  top: text(8, { description: "Only so many groups; all others are added up in one row a window." }),
  topBy: text(80, {
    default: "requests",
    description: "What groups are ranked by: `errors`, `latencyMs.p95`, `measures.<header>`, …",
  }),
  topPer: text(16, {
    enum: ["range", "window"],
    default: "range",
    description: "Whether all windows have the same groups, or each its own.",
  }),
  compare: text(16, { enum: ["previous"], description: "Each row beside the period before." }),
  orderBy: text(1_024, {
    description:
      "`window`, `group`, or what rows are ranked by, with commas between; descending with `-`: `-requests,window`.",
  }),
  fill: text(16, { enum: ["zero"], description: "Also rows of windows in which a group has no usage." }),
  limit: text(8, {
    type: "integer",
    minimum: 1,
    maximum: USAGE_LIMIT_MAX,
    default: 50,
    description: "How many rows to answer at most.",
  }),
  cursor: text(2_048, {
    description: "Where to go on: `nextCursor` of the page before, with the same other parameters. Opaque.",
  }),
};

/** Parameters beside the named ones are filters; others are refused. */
export const usageLinkSchema = z
  .object(linkShape)
  .catchall(z.string().max(16_384))
  .superRefine((link, context) => {
    for (const name of Object.keys(link)) {
      if (name in linkShape || FILTER_PARAMETER.test(name)) continue;
      const meant = nearestWord(name, [...Object.keys(linkShape), ...FILTER_FORMS]);
      context.addIssue({
        code: "custom",
        path: [name],
        message: `unknown parameter; ${meant} is the nearest`,
      });
    }
  });

export const usagePageSchema = answerSchema.clone().openapi("UsagePage", {
  description: "Usage by window and group. Windows without usage have no row, unless they are filled.",
});
