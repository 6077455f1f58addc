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

/** A policy as it was just saved. */
export const savedPolicySchema = policyResourceSchema.extend({
  published: z
    .boolean()
    .describe(
      "Whether agents can read it already. False: it is saved, NATS was not reachable, and it will be published when it is.",
    ),
});
export type SavedPolicy = z.infer<typeof savedPolicySchema>;
