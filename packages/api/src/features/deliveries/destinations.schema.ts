import { z } from "@hono/zod-openapi";
import {
  destinationDocumentSchema as documentSchema,
  destinationSchema as resourceSchema,
} from "@masthead/shared/http/destination-resource";
import { pageSchema } from "../../platform/http/page.js";

export type { DestinationDocument, DestinationResource } from "@masthead/shared/http/destination-resource";

const described = { description: "Where sealed reports are sent." };
/** Cloned, since only schemas made after zod-openapi was loaded know `openapi`. */
export const destinationDocumentSchema = documentSchema.clone().openapi("DestinationDocument", described);
export const destinationSchema = resourceSchema.clone().openapi("Destination", described);

export const destinationPageSchema = pageSchema(destinationSchema).openapi("DestinationPage", {
  description: "Destinations by id.",
});

export const destinationPathSchema = z.object({
  id: z
    .string()
    .regex(/^dst_[0-9a-f]{16}$/, "the id of a destination: dst_ and 16 hexadecimal digits")
    .openapi({ param: { name: "id", in: "path" }, description: "The destination's id." }),
});
