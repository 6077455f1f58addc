import { z } from "zod";
import { agentIdSchema, epochSchema, seqSchema } from "../ids.js";

/**
 * Up to which seq Postgres has committed (promise counted-once): all of `1 … committedThrough` less `gaps`. The agent
 * frees a spooled batch when it is covered. A batch that was set aside whole (unreadable) is in `refused` and is freed
 * and counted as the loss delivery/refused. `lost` are those whose loss is booked: the agent need not tell of them again.
 */
export const watermarkSchema = z.object({
  v: z.literal(1),
  agentId: agentIdSchema,
  epochs: z
    .array(
      z.object({
        epoch: epochSchema,
        committedThrough: z.int().nonnegative(),
        /** inclusive ranges below `committedThrough` that are not committed */
        gaps: z.array(z.tuple([seqSchema, seqSchema])).max(1024),
        refused: z.array(seqSchema).max(1024),
        lost: z.array(seqSchema).max(1024).optional(),
      }),
    )
    .max(64),
});
export type Watermark = z.infer<typeof watermarkSchema>;
