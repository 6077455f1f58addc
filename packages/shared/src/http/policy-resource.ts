import { z } from "zod";
import { capturePolicySchema } from "../policy/schema.js";

/** A policy as `GET /v1/policies/{name}` answers it. */
export const policyResourceSchema = z.object({
  name: z.string().describe("The policy's name: `metadata.name` of its document."),
  revision: z
    .int()
    .positive()
    .describe("Number of its newest change in the fleet's one counter; also its `ETag`."),
  updatedAt: z.string().describe("When that change was made: RFC 3339 in UTC with microseconds."),
  document: capturePolicySchema.describe("The CapturePolicy document, with defaults filled in."),
});
export type PolicyResource = z.infer<typeof policyResourceSchema>;
