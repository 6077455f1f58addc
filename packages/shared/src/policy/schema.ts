import { z } from "zod";
import { isUsageDimension } from "../usage/dimensions.js";
import { clientAddressSchema } from "./client-address-schema.js";
import { headerNameSchema, queryParameterNameSchema } from "./header-name.js";
import * as limits from "./limits.js";
import { hostGlobSchema, list, matchSchema, targetSchema } from "./selection-schema.js";

/** The shape of a CapturePolicy document (docs: policy reference). Rules over several fields are in rules.ts. */

export const policyNameSchema = z
  .string()
  .max(limits.POLICY_NAME_MAX_CHARACTERS)
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/,
    "a policy name has lower-case letters, digits, '-', '_' and '.', and begins and ends with a letter or digit",
  )
  .describe("Name of the policy: 1 to 63 lower-case letters, digits, `-`, `_` and `.`.");

export const headerActionSchema = z.enum(["keep", "mask", "fingerprint", "presence"]);
export type HeaderAction = z.infer<typeof headerActionSchema>;

const headerNameField = headerNameSchema.describe("Header name, any case.");
export const headerRuleSchema = z.discriminatedUnion("action", [
  z.strictObject({
    name: headerNameField,
    action: z.literal("keep").describe("The value leaves the host as it is."),
    maxLength: z
      .int()
      .min(1)
      .max(limits.KEEP_BYTES_MAX)
      .default(limits.KEEP_BYTES_DEFAULT)
      .describe("Bytes of the value that are kept; what is longer is cut and flagged."),
  }),
  z.strictObject({
    name: headerNameField,
    action: z
      .enum(["mask", "fingerprint", "presence"])
      .describe(
        "`mask`: first and last four characters; `fingerprint`: a keyed hash; `presence`: scheme and length.",
      ),
  }),
]);
export type HeaderRule = z.infer<typeof headerRuleSchema>;

const headersSchema = z.strictObject({
  request: z
    .array(headerRuleSchema)
    .max(limits.HEADER_RULES_MAX)
    .default([])
    .describe("Rules for request headers."),
  response: z
    .array(headerRuleSchema)
    .max(limits.HEADER_RULES_MAX)
    .default([])
    .describe("Rules for response headers."),
});

const querySchema = z.strictObject({
  action: z
    .enum(["drop", "names", "keep"])
    .default("drop")
    .describe(
      "`drop`: no query; `names`: names of all parameters, values of those in `keep`; `keep`: only those in `keep`.",
    ),
  keep: z
    .array(queryParameterNameSchema)
    .max(limits.QUERY_KEEP_MAX)
    .default([])
    .describe("Parameters whose values are kept."),
});

const tenantRuleSchema = z
  .strictObject({
    header: headerNameSchema.optional().describe("The value of this request header."),
    fingerprint: headerNameSchema
      .optional()
      .describe("The fingerprint of this request header; it may be a credential."),
    host: hostGlobSchema
      .regex(/\*/, "a host glob for tenants has one '*', which becomes the tenant")
      .optional()
      .describe(
        "What `*` stands for in the request's host: of its target where that is in absolute form, else of its Host header.",
      ),
  })
  .refine(
    (rule) => Object.keys(rule).length === 1,
    "a tenant rule names exactly one of header, fingerprint and host",
  )
  .describe("Where the tenant is read from: exactly one of the fields.");
export type TenantRule = z.infer<typeof tenantRuleSchema>;

const dimensionSchema = headerNameSchema.refine(
  (name) => !isUsageDimension(name),
  "this is a usage dimension already",
);

const measureSchema = z.strictObject({
  header: headerNameSchema.describe("A header whose value is a number."),
  from: z.enum(["request", "response"]).default("response").describe("Which message carries it."),
});

const samplingSchema = z.strictObject({
  exchanges: z.number().min(0).max(1).default(1).describe("Share of exchanges that are kept one by one."),
  maxPerSecond: z
    .int()
    .min(1)
    .max(limits.SAMPLING_PER_SECOND_MAX)
    .optional()
    .describe("At most so many kept one by one per second, agent and policy."),
  always: z
    .array(z.enum(["error"]))
    .max(1)
    .default([])
    .describe("Kept whatever `exchanges` says: `error`."),
});

export const timingSchema = z.enum(["arrival", "network", "cpu"]);
export type Timing = z.infer<typeof timingSchema>;

const budgetSchema = z.strictObject({
  recordsPerSecond: z
    .int()
    .min(1)
    .max(limits.SAMPLING_PER_SECOND_MAX)
    .describe(
      "At most so many exchanges a second, agent and policy, are told in detail by the kernel; beyond, just usage is read, of errors too.",
    ),
});

const label = z
  .string()
  .max(limits.LABEL_NAME_MAX_CHARACTERS)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "a label has letters, digits, '.', '_', '/' and '-'");

const specSchema = z.strictObject({
  priority: z
    .int()
    .min(-limits.PRIORITY_MAX)
    .max(limits.PRIORITY_MAX)
    .default(0)
    .describe("The highest priority whose targets and match take an exchange governs it; ties go by name."),
  agents: z
    .strictObject({
      matchLabels: z
        .record(label, z.string().max(limits.LABEL_VALUE_MAX_CHARACTERS))
        .refine(
          (labels) => Object.keys(labels).length <= limits.LABELS_MAX,
          `at most ${limits.LABELS_MAX} labels`,
        )
        .describe("Labels that an agent must have, all of them."),
    })
    .optional()
    .describe("Which agents the policy is for; absent: every agent."),
  targets: list(targetSchema, limits.TARGETS_MAX)
    .optional()
    .describe("Which processes; absent: every process."),
  match: matchSchema.optional().describe("Which exchanges; absent: every one."),
  headers: headersSchema
    .default({ request: [], response: [] })
    .describe("What leaves the host of which header."),
  query: querySchema.default({ action: "drop", keep: [] }).describe("What leaves the host of query strings."),
  tenant: z
    .array(tenantRuleSchema)
    .max(limits.TENANT_RULES_MAX)
    .default([])
    .describe("The first rule that answers names the tenant."),
  clientAddress: clientAddressSchema
    .optional()
    .describe(
      "Whose word is taken for `client.address` of requests that this host received; absent: it is the peer's address.",
    ),
  dimensions: z
    .array(dimensionSchema)
    .max(limits.DIMENSIONS_MAX)
    .default([])
    .describe("Request headers that become usage dimensions."),
  measures: z
    .array(measureSchema)
    .max(limits.MEASURES_MAX)
    .default([])
    .describe("Numeric headers that usage sums up."),
  timings: list(timingSchema, timingSchema.options.length)
    .optional()
    .describe(
      "What the kernel measures of each exchange, at a price each. `arrival`: how long a request that this host received lay at the socket before the application had read it; `network`: smoothed round trip time and retransmits of the connection; `cpu`: CPU time of the thread between request and response, where it serves no other request then. What is not known exactly is left out. Absent: nothing is measured.",
    ),
  sampling: samplingSchema
    .default({ exchanges: 1, always: [] })
    .describe("Which exchanges are kept one by one; usage stays complete."),
  budget: budgetSchema
    .optional()
    .describe("What the policy may cost a host; absent: only the agent's own budget bounds it."),
  aggregate: z
    .boolean()
    .optional()
    .describe(
      "`true`: the kernel counts the exchanges and sends none of them, for targets with extreme rates; there is usage and nothing else.",
    ),
  report: z.boolean().default(true).describe("Whether exchanges of this policy count in tenant reports."),
});

export const capturePolicySchema = z.strictObject({
  apiVersion: z.literal("masthead.dev/v1").describe("Version of this document."),
  kind: z.literal("CapturePolicy").describe("Kind of this document."),
  metadata: z
    .strictObject({
      name: policyNameSchema,
      description: z
        .string()
        .max(limits.DESCRIPTION_MAX_CHARACTERS)
        .optional()
        .describe("What the policy is for."),
    })
    .describe("What the policy is called."),
  spec: specSchema.describe("What the policy asks for."),
});

/** A policy with defaults applied and names lower-cased. Only {@link parsePolicy} in parse.ts makes one that is valid. */
export type CapturePolicy = z.infer<typeof capturePolicySchema>;
export type CapturePolicyInput = z.input<typeof capturePolicySchema>;
