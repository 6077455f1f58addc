import { z } from "zod";
import { fingerprintSchema, INVALID_TENANT, TENANT_ID_MAX_CHARACTERS, UNATTRIBUTED_TENANT } from "../ids.js";

/** Prefix of the tenant ids that policies make of credentials: `tenant: [{fingerprint: …}]`. */
export const FINGERPRINT_TENANT_PREFIX = "fp:";
export const FINGERPRINTS_PER_TENANT_MAX = 256;
const NAME_MAX_CHARACTERS = 256;
const LABELS_MAX = 32;

const CONTROL = /\p{Cc}/u;

/** Id of a tenant that can be registered: as agents find them, and none that is given to who is not known. */
export const registrableTenantIdSchema = z
  .string()
  .min(1)
  .max(TENANT_ID_MAX_CHARACTERS)
  .refine((id) => !CONTROL.test(id) && id.trim() === id, "no control characters, no blanks around it")
  .refine(
    (id) => id !== UNATTRIBUTED_TENANT && id !== INVALID_TENANT,
    `${UNATTRIBUTED_TENANT} and ${INVALID_TENANT} are reserved`,
  )
  .refine(
    (id) => !id.startsWith(FINGERPRINT_TENANT_PREFIX),
    "an id that begins with fp: is a fingerprint: register it as one of a tenant",
  );

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !CONTROL.test(value), "no control characters");

/** What an operator says of a tenant; what is left out is empty. */
export const tenantDocumentSchema = z.strictObject({
  name: text(NAME_MAX_CHARACTERS).nullable().default(null).describe("Its name, for people."),
  labels: z
    .record(text(64), text(256))
    .refine((labels) => Object.keys(labels).length <= LABELS_MAX, `at most ${LABELS_MAX} labels`)
    .default({})
    .describe("Labels, for programs: names and values of your own."),
  fingerprints: z
    .array(fingerprintSchema)
    .max(FINGERPRINTS_PER_TENANT_MAX)
    .refine((all) => new Set(all).size === all.length, "each fingerprint once")
    .default([])
    .describe(
      "Fingerprints of its credentials, `fp:<key id>:<32 hex>`, as `masthead fingerprint` computes them. One belongs to one tenant.",
    ),
});
export type TenantDocument = z.infer<typeof tenantDocumentSchema>;

const seenShape = {
  id: z.string().describe("The tenant's id, as policies find it; `unattributed` and `invalid` are reserved."),
  name: z.string().nullable().describe("Its name, for people; `null`: none was given."),
  labels: z.record(z.string(), z.string()).describe("Its labels."),
  fingerprints: z.array(z.string()).describe("Fingerprints of its credentials, ascending."),
  registered: z.boolean().describe("Whether the registry knows it. False: it was only seen."),
  firstSeenAt: z
    .string()
    .nullable()
    .describe(
      "Minute of its first counted exchange (quarter-hour, where minutes are no longer held): RFC 3339. `null`: never seen.",
    ),
  lastSeenAt: z
    .string()
    .nullable()
    .describe(
      "Minute of its last counted exchange (quarter-hour, where minutes are no longer held): RFC 3339. `null`: never seen.",
    ),
  requests: z.int().describe("Exchanges in the server role since it was first seen."),
};

/** A tenant as lists show it. */
export const tenantItemSchema = z.object(seenShape);
export type TenantItem = z.infer<typeof tenantItemSchema>;

/** A tenant as `GET /v1/tenants/{id}` answers it. */
export const tenantResourceSchema = z.object({
  ...seenShape,
  revision: z
    .int()
    .nullable()
    .describe("Of its registration; also its `ETag`. `null` where it is not registered."),
  createdAt: z.string().nullable().describe("When it was registered: RFC 3339 in UTC with microseconds."),
  updatedAt: z
    .string()
    .nullable()
    .describe("When its registration was changed last: RFC 3339 in UTC with microseconds."),
});
export type TenantResource = z.infer<typeof tenantResourceSchema>;

const rangeShape = {
  range: z
    .object({
      from: z.string().describe("Inclusive: RFC 3339 in UTC with microseconds."),
      to: z.string().describe("Exclusive: RFC 3339 in UTC with microseconds."),
    })
    .describe("The range asked for, widened outwards to whole days of UTC."),
};

const tenantMoveSchema = z.object({
  fingerprint: z.string().describe("What was counted under this fingerprint follows to the tenant."),
  startedAt: z.string().describe("When the fingerprint was registered: RFC 3339 in UTC with microseconds."),
  finishedAt: z.string().nullable().describe("When all had followed; `null`: under way."),
  days: z
    .object({
      done: z.int().describe("Days that were looked through."),
      left: z.int().nullable().describe("Days that are left; `null` before it begins."),
    })
    .describe(
      "Days that were looked through, and that are left, from the newest to the oldest; `left` is `null` before it begins.",
    ),
  requests: z.int().describe("Requests that have followed, in the server role."),
  exchanges: z.int().describe("Exchanges that have followed."),
});
export type TenantMove = z.infer<typeof tenantMoveSchema>;

/** How what is counted of a tenant came to be its own. */
export const tenantAttributionSchema = z.object({
  tenant: z.string().describe("The tenant's id."),
  ...rangeShape,
  requests: z.int().describe("Requests of the tenant in the server role."),
  sources: z
    .object({
      policy: z.int().describe("The agent found the tenant, as its policy says."),
      ingest: z.int().describe("They came with a fingerprint that was registered by then."),
      move: z.int().describe("They came before their fingerprint was registered, and followed."),
    })
    .describe("The same requests by how they came to be the tenant's."),
  fingerprints: z
    .array(
      z.object({
        fingerprint: z.string().describe("A fingerprint that is, or was, the tenant's."),
        ingest: z.int().describe("As in `sources`."),
        move: z.int().describe("As in `sources`."),
      }),
    )
    .describe("What came by each fingerprint, most requests first."),
  moves: z
    .array(tenantMoveSchema)
    .describe("Of each fingerprint: what was counted before it was registered."),
});
export type TenantAttribution = z.infer<typeof tenantAttributionSchema>;

/** A caller whom no tenant is known for. */
export const unknownConsumerSchema = z.object({
  fingerprint: z
    .string()
    .nullable()
    .describe(
      "Of its credential; `null`: it carried none that a policy fingerprints; `__other__`: those beyond the bound of series.",
    ),
  requests: z.int().describe("Requests in the server role."),
  services: z.array(z.string()).describe("Services that it called, at most five."),
});
export type UnknownConsumer = z.infer<typeof unknownConsumerSchema>;
export const unknownConsumersShape = rangeShape;
/** What a page of unknown consumers says beside them. */
export interface UnknownConsumers {
  range: { from: string; to: string };
}
