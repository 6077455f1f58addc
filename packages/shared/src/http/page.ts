import { z } from "zod";

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 1_000;

/** Answer of every list. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item).describe("The items of this page, in the list's order."),
    nextCursor: z.string().nullable().describe("Cursor of the next page; `null` on the last one."),
  });

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
