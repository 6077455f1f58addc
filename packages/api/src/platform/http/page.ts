import { z } from "@hono/zod-openapi";
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, pageSchema } from "@masthead/shared/http/page";

export { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, pageSchema };

/** Query parameters of every list. */
export const pageQueryShape = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "a whole number from 1 to 1000")
    .transform(Number)
    .pipe(z.int().min(1).max(PAGE_LIMIT_MAX))
    .optional()
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: PAGE_LIMIT_MAX,
      default: PAGE_LIMIT_DEFAULT,
      description: "How many items to answer at most.",
    }),
  cursor: z.string().max(2_048).optional().openapi({
    description: "Where to go on: `nextCursor` of the page before, with the same other parameters. Opaque.",
  }),
};

export const pageQuerySchema = z.object(pageQueryShape);
