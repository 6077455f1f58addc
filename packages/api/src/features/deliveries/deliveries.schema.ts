import { z } from "@hono/zod-openapi";
import {
  DELIVERY_STATES,
  deliveryDetailSchema as detailSchema,
  deliverySchema as itemSchema,
} from "@masthead/shared/http/delivery-resource";
import { pageQueryShape, pageSchema } from "../../platform/http/page.js";

export const deliverySchema = z
  .object(itemSchema.shape)
  .openapi("Delivery", { description: "One version of a report on its way to one destination in one form." });

export const deliveryPageSchema = pageSchema(deliverySchema).openapi("DeliveryPage", {
  description: "Deliveries, newest first.",
});

export const deliveryDetailSchema = z
  .object(detailSchema.shape)
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
  state: z
    .enum(DELIVERY_STATES)
    .optional()
    .openapi({ description: "Only those in this state; `dead` are the dead letters." }),
});

/** Where the list goes on. */
export const deliveryPositionSchema = z.object({ createdAtUs: z.int(), id: z.string().max(64) });
