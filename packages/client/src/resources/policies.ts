import type { Page } from "@masthead/shared/http/page";
import type { PolicyResource, SavedPolicy } from "@masthead/shared/http/policy-resource";
import type { capturePolicySchema } from "@masthead/shared/policy/schema";
import type { z } from "zod";
import type { Ask, CallOptions } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";
import { type ChangeOptions, precondition } from "../precondition.js";

/** A `CapturePolicy` as it is sent: what has a default may be left out. */
export type PolicyDocument = z.input<typeof capturePolicySchema>;

/** Capture policies: what agents may see. */
export interface PoliciesClient extends Listing<PageQuery, Page<PolicyResource>> {
  get(name: string, options?: CallOptions): Promise<PolicyResource>;
  /** Creates or replaces it. The document that is there already changes nothing. */
  put(name: string, document: PolicyDocument, options?: ChangeOptions): Promise<SavedPolicy>;
  delete(name: string, options?: ChangeOptions): Promise<void>;
}

export const policiesClient = (ask: Ask): PoliciesClient => ({
  ...listing((query: PageQuery, options) => ask.json("GET /v1/policies", { query, options })),
  get: (name, options) => ask.json("GET /v1/policies/{name}", { path: { name }, options }),
  put: (name, body, options) =>
    ask.json("PUT /v1/policies/{name}", { path: { name }, body, headers: precondition(options), options }),
  delete: (name, options) =>
    ask.json("DELETE /v1/policies/{name}", { path: { name }, headers: precondition(options), options }),
});
