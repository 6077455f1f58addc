import { z } from "zod";

const instant = (what: string) => z.string().describe(`${what}: RFC 3339 in UTC with microseconds.`);
export const DELIVERY_STATES = ["pending", "delivered", "dead", "cancelled"] as const;
const states = z.enum(DELIVERY_STATES);

const deliveryShape = {
  id: z.string().describe("`dlv_…`; the same at every attempt, and `webhook-id` of a webhook's."),
  destinationId: z.string().describe("Where to."),
  tenantId: z.string().describe("Whose report."),
  period: z.string().describe("The report's period."),
  version: z.int().describe("The report's version."),
  form: z.string().describe("What it is sent as."),
  state: states.describe(
    "`pending`: to be sent; `delivered`; `dead`: given up, until it is sent again; `cancelled`: its destination was deleted.",
  ),
  attempts: z.int().describe("Begun so far."),
  nextAttemptAt: instant("When it is tried next; of one that is pending").nullable(),
  createdAt: instant("When the report was sealed"),
  settledAt: instant("When it was delivered or given up").nullable(),
};

/** One version of a report on its way to one destination in one form. */
export const deliverySchema = z.object(deliveryShape);
export type DeliveryResource = z.infer<typeof deliverySchema>;

/** A delivery and its attempts. */
export const deliveryDetailSchema = z.object({
  ...deliveryShape,
  log: z
    .array(
      z.object({
        attempt: z.int().describe("From 1 on."),
        startedAt: instant("When it began"),
        durationMs: z.number().nullable().describe("How long it took."),
        outcome: z
          .enum(["delivered", "failed"])
          .nullable()
          .describe("`null`: under way, or whoever made it was stopped; it may have arrived."),
        status: z.int().nullable().describe("HTTP status of the answer, where there was one."),
        error: z.string().nullable().describe("What went wrong; holds no secret."),
      }),
    )
    .describe("Each attempt, oldest first."),
});
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;
