import { type CapturePolicy, type CapturePolicyInput, capturePolicySchema } from "./schema.js";

/** As an operator would write it. */
export const DEFAULT_POLICY_DOCUMENT: CapturePolicyInput = {
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: {
    name: "default",
    description: "Counts every exchange, and shows what identifies none of its users.",
  },
  spec: {
    priority: -1000,
    headers: {
      request: [
        { name: "x-request-id", action: "keep", maxLength: 128 },
        { name: "user-agent", action: "keep" },
        { name: "content-type", action: "keep" },
        { name: "authorization", action: "presence" },
      ],
      response: [
        { name: "x-request-id", action: "keep", maxLength: 128 },
        { name: "content-type", action: "keep" },
      ],
    },
    tenant: [{ header: "x-tenant-id" }, { header: "x-client-id" }],
  },
};

/** The one policy of a new control plane, and of `masthead-agent trace` without `--policy`. */
export const DEFAULT_POLICY: CapturePolicy = capturePolicySchema.parse(DEFAULT_POLICY_DOCUMENT);
