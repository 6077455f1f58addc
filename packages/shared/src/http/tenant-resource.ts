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
