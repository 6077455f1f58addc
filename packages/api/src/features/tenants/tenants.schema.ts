import { z } from "@hono/zod-openapi";
import {
  type TenantDocument,
  tenantDocumentSchema,
  tenantItemSchema,
  tenantResourceSchema,
} from "@masthead/shared/http/tenant-resource";
import { fingerprintSchema, TENANT_ID_MAX_CHARACTERS } from "@masthead/shared/ids";
import { nearestWord } from "@masthead/shared/policy/nearest";
import { toPointer } from "@masthead/shared/policy/parse";
import { pageSchema } from "../../platform/http/page.js";
import { ApiError, type ProblemItem } from "../../platform/http/problem.js";

/** Postgres holds no U+0000, so no tenant has one. */
export const tenantIdSchema = z
  .string()
  .min(1)
  .max(TENANT_ID_MAX_CHARACTERS)
  .refine((id) => !id.includes("\u0000"), "a tenant's id holds no U+0000");

const id = tenantIdSchema.clone().openapi({
  param: { name: "id", in: "path" },
  description: "The tenant's id.",
  example: "acme",
});
export const tenantPathSchema = z.object({ id });
export const tenantFingerprintPathSchema = z.object({
  id,
  fingerprint: fingerprintSchema.clone().openapi({
    param: { name: "fingerprint", in: "path" },
    description: "A fingerprint of the tenant.",
    example: "fp:be45cb26:a3817f04ba25a8e66df67214c7550293",
  }),
});

export const tenantSchema = tenantResourceSchema
  .clone()
  .openapi("Tenant", { description: "A tenant, registered or seen." });
export const tenantPageSchema = pageSchema(
  tenantItemSchema.clone().openapi("TenantItem", { description: "A tenant that is registered or was seen." }),
).openapi("TenantPage", { description: "Tenants by id." });

const fingerprintDocumentSchema = z.strictObject({
  fingerprint: fingerprintSchema
    .clone()
    .describe("`fp:<key id>:<32 hex>`, as `masthead fingerprint` computes it."),
});

/** Components of the description: documents are read by hand, so that a wrong field is told the nearest one. */
export const documentComponents = {
  TenantDocument: tenantDocumentSchema,
  TenantFingerprint: fingerprintDocumentSchema,
} as const;
export const documentContent = (name: keyof typeof documentComponents) => ({
  "application/json": { schema: { $ref: `#/components/schemas/${name}` } },
});

const itemsOf = (issue: z.core.$ZodIssue, known: readonly string[]): ProblemItem[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({
        pointer: toPointer([...issue.path, key]),
        message: `unknown field; the nearest known one is ${nearestWord(key, known)}`,
      }))
    : [{ pointer: toPointer(issue.path), message: issue.message }];

/** @throws ApiError `invalid_document` with a pointer to each fault */
const readBy = <T>(schema: z.ZodObject<z.core.$ZodLooseShape>, value: unknown): T => {
  const read = schema.safeParse(value);
  if (read.success) return read.data as T;
  const errors = read.error.issues.flatMap((issue) => itemsOf(issue, Object.keys(schema.shape)));
  const detail = errors.map(({ pointer, message }) => `${pointer || "the document"}: ${message}`).join("; ");
  throw new ApiError("invalid_document", detail, { errors });
};

export const readTenantDocument = (value: unknown): TenantDocument => readBy(tenantDocumentSchema, value);
export const readFingerprintDocument = (value: unknown): { fingerprint: string } =>
  readBy(fingerprintDocumentSchema, value);
