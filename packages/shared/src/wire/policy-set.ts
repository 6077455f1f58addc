import { z } from "zod";

/**
 * The fleet's policies as agents receive them: gzip of the UTF-8 JSON of this shape, the value of one KV key. Applied
 * whole or not at all; `revision` is the fleet's counter and never goes back (promise newest-revision-wins).
 */
export const policySetSchema = z.object({
  v: z.literal(1),
  revision: z.int().nonnegative(),
  policies: z
    .array(
      z.object({
        name: z.string().min(1).max(128),
        revision: z.int().positive(),
        /** a CapturePolicy document; validated again where it is applied */
        document: z.unknown(),
      }),
    )
    .max(64),
});
export type PolicySet = z.infer<typeof policySetSchema>;
