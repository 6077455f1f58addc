import { z } from "@hono/zod-openapi";
import {
  type PolicyResource,
  policyResourceSchema,
  savedPolicySchema as savedResourceSchema,
} from "@masthead/shared/http/policy-resource";
import { policyNameSchema } from "@masthead/shared/policy/schema";
import { toRfc3339 } from "@masthead/shared/time";
import { pageSchema } from "../../platform/http/page.js";
import type { LivePolicy } from "./policies.store.js";

/*
 * `clone`, since only schemas made after zod-openapi was loaded know `openapi`, and nothing orders the loading of shared ones.
 */

export const policyPathSchema = z.object({
  name: policyNameSchema.clone().openapi({ param: { name: "name", in: "path" }, example: "gateway" }),
});

export const policySchema = policyResourceSchema.clone().openapi("Policy", {
  description: "A capture policy and its revision.",
});

export const savedPolicySchema = savedResourceSchema
  .clone()
  .openapi("SavedPolicy", { description: "A capture policy as it was just saved." });

export const policyPageSchema = pageSchema(policySchema).openapi("PolicyPage", {
  description: "Policies by name.",
});

/** A stored policy as REST shows it. */
export const toResource = (policy: LivePolicy): PolicyResource => ({
  name: policy.name,
  revision: policy.revision,
  updatedAt: toRfc3339(policy.changedAtUs),
  document: policy.document,
});
