import { z } from "@hono/zod-openapi";
import { pageQueryShape, pageSchema } from "../../platform/http/page.js";

const instant = (what: string) => z.string().describe(`${what}: RFC 3339 in UTC with microseconds.`);
const states = z.enum(["pending", "delivered", "dead", "cancelled"]);

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

export const deliverySchema = z
  .object(deliveryShape)
  .openapi("Delivery", { description: "One version of a report on its way to one destination in one form." });

export const deliveryPageSchema = pageSchema(deliverySchema).openapi("DeliveryPage", {
  description: "Deliveries, newest first.",
});

export const deliveryDetailSchema = z
  .object({
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
  })
  .openapi("DeliveryDetail", { description: "A delivery and its attempts." });

export const deliveryPathSchema = z.object({
  id: z
    .string()
    .regex(/^dlv_[0-9a-f]{32}$/, "the id of a delivery: dlv_ and 32 hexadecimal digits")
    .openapi({ param: { name: "id", in: "path" }, description: "The delivery's id." }),
});

export const deliveryQuerySchema = z.object({
  ...pageQueryShape,
  destination: z.string().max(64).optional().openapi({ description: "Only those to this destination." }),
  tenant: z.string().max(128).optional().openapi({ description: "Only those of this tenant." }),
  state: states.optional().openapi({ description: "Only those in this state; `dead` are the dead letters." }),
});

/** Where the list goes on. */
export const deliveryPositionSchema = z.object({ createdAtUs: z.int(), id: z.string().max(64) });
