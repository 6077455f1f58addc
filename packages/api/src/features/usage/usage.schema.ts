import { z } from "@hono/zod-openapi";
import { usageMetaSchema, usageRowSchema } from "@masthead/shared/http/usage-schema";
import { nearestWord } from "@masthead/shared/policy/nearest";
import { rangeQueryShape } from "../../platform/http/instant.js";
import { pageQueryShape, pageSchema } from "../../platform/http/page.js";

const WINDOWS = ["minute", "hour", "day", "total"] as const;

const queryShape = {
  ...rangeQueryShape,
  window: z
    .string()
    .default("total")
    .superRefine((window, context) => {
      if ((WINDOWS as readonly string[]).includes(window)) return;
      const message =
        window === "month" ? "`month` is not answered yet; ask for `day`" : `one of ${WINDOWS.join(", ")}`;
      context.addIssue({ code: "custom", message });
    })
    .transform((window) => window as (typeof WINDOWS)[number])
    .openapi({
      type: "string",
      enum: [...WINDOWS],
      default: "total",
      description: "What rows are cut into, in UTC.",
    }),
  timeZone: z
    .string()
    .max(64)
    .refine((zone) => zone === "UTC", "time zones other than UTC are not answered yet")
    .optional()
    .openapi({ description: "Only `UTC` for now." }),
  groupBy: z
    .string()
    .max(1_024)
    .transform((list) => [...new Set(list.split(",").filter((name) => name !== ""))])
    .pipe(z.array(z.string().max(64)).max(8))
    .optional()
    .openapi({
      type: "string",
      description: "Dimensions, with commas between: `tenant.id,url.template`. At most eight.",
    }),
  ...pageQueryShape,
};

const FILTER = /^filter\[([^\]]{1,64})\]$/;

const STATUS_FILTER = "filter[http.response.status_code]";
const STATUSES = /^(?:[1-9]\d{2}|null)(?:,(?:[1-9]\d{2}|null))*$/;

/** Parameters beside the named ones are `filter[<dimension>]`; others are refused. */
export const usageQuerySchema = z
  .object(queryShape)
  .catchall(z.string().max(16_384))
  .superRefine((query, context) => {
    for (const [name, value] of Object.entries(query)) {
      if (JSON.stringify(value ?? null).includes("\\u0000"))
        context.addIssue({ code: "custom", path: [name], message: "U+0000 occurs in no stored text" });
      if (name === STATUS_FILTER && !STATUSES.test(String(value)))
        context.addIssue({
          code: "custom",
          path: [name],
          message: "statuses of three digits or `null`, with commas between",
        });
      if (name in queryShape || FILTER.test(name)) continue;
      const meant = nearestWord(name, [...Object.keys(queryShape), "filter[role]", "filter[tenant.id]"]);
      context.addIssue({
        code: "custom",
        path: [name],
        message: `unknown parameter; ${meant} is the nearest`,
      });
    }
  });
export type UsageQuery = z.infer<typeof usageQuerySchema>;

/** The values of each `filter[<dimension>]`; `null` stands for unknown. */
export const filtersOf = (query: UsageQuery): { dimension: string; values: (string | null)[] }[] =>
  Object.entries(query).flatMap(([name, value]) => {
    const dimension = FILTER.exec(name)?.[1];
    if (dimension === undefined || typeof value !== "string") return [];
    return [{ dimension, values: value.split(",").map((one) => (one === "null" ? null : one)) }];
  });

export const usagePageSchema = pageSchema(
  usageRowSchema.clone().openapi("UsageRow", { description: "What was counted of one group in one window." }),
)
  .extend({ meta: usageMetaSchema.clone().openapi("UsageMeta", { description: "What the rows cover." }) })
  .openapi("UsagePage", {
    description: "Usage by window and group, ascending. Windows without usage have no row.",
  });
