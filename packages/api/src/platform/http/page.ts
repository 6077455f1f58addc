import { z } from "@hono/zod-openapi";

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 1_000;

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

/** Answer of every list. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item).openapi({ description: "The items of this page, in the list's order." }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: "Cursor of the next page; `null` on the last one." }),
  });
