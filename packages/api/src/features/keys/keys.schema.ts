import { z } from "@hono/zod-openapi";
import { keyResourceSchema, keyWithSecretSchema } from "@masthead/shared/http/key-resource";
import {
  INVALID_TENANT,
  OTHER_SERIES,
  TENANT_ID_MAX_CHARACTERS,
  UNATTRIBUTED_TENANT,
} from "@masthead/shared/ids";
import { ROLES } from "../../platform/http/context.js";
import { parseInstant } from "../../platform/http/instant.js";
import { pageSchema } from "../../platform/http/page.js";
import { PERMISSIONS, ROLE_PERMISSIONS } from "../auth/index.js";

export const KEY_NAME_MAX_CHARACTERS = 128;
const HOUR_MS = 3_600_000;
export const OVERLAP_MS_DEFAULT = HOUR_MS;
export const OVERLAP_MS_MAX = 30 * 24 * HOUR_MS;

/** What is nobody's is no tenant's to read. */
const NOBODY: readonly string[] = [UNATTRIBUTED_TENANT, INVALID_TENANT, OTHER_SERIES];

export const keyPathSchema = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{16}$/, "16 hexadecimal digits")
    .openapi({
      param: { name: "id", in: "path" },
      description: "The key's id: what stands between `mh_` and the secret.",
      example: "0123456789abcdef",
    }),
});

export const newKeySchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(KEY_NAME_MAX_CHARACTERS)
      .regex(/^[^\p{Cc}]*$/u, "no control characters")
      .openapi({ description: "What it is for, in words.", example: "billing export" }),
    role: z.enum(ROLES).openapi({ description: "What it may do at most." }),
    tenant: z
      .string()
      .min(1)
      .max(TENANT_ID_MAX_CHARACTERS)
      .refine((id) => !id.includes("\u0000"), "a tenant's id holds no U+0000")
      .refine((id) => !NOBODY.includes(id), "this name is reserved for what is nobody's")
      .nullish()
      .openapi({
        description: "Whose it is; needed for the role `tenant`, and for no other.",
        example: "acme",
      }),
    scopes: z
      .array(z.enum(PERMISSIONS))
      .min(1)
      .max(PERMISSIONS.length)
      .nullish()
      .openapi({
        type: "array",
        items: { type: "string", enum: [...PERMISSIONS] },
        description: "What narrows the role further; absent: nothing does.",
      }),
    expiresAt: z
      .string()
      .transform((text, context) => {
        const instant = parseInstant(text);
        if (instant !== undefined) return instant;
        context.addIssue({ code: "custom", message: "an RFC 3339 time, such as 2027-05-01T00:00:00Z" });
        return z.NEVER;
      })
      .nullish()
      .openapi({
        type: "string",
        format: "date-time",
        description: "From when on it is not let in: RFC 3339. Absent: it does not expire.",
      }),
  })
  .superRefine(({ role, tenant, scopes }, context) => {
    if (role === "tenant" && !tenant)
      context.addIssue({ code: "custom", path: ["tenant"], message: "a tenant's key needs its tenant" });
    if (role !== "tenant" && tenant)
      context.addIssue({ code: "custom", path: ["tenant"], message: `the role ${role} has no tenant` });
    for (const [i, scope] of (scopes ?? []).entries())
      if (!ROLE_PERMISSIONS[role].includes(scope))
        context.addIssue({
          code: "custom",
          path: ["scopes", i],
          message: `the role ${role} has no \`${scope}\``,
        });
  })
  .openapi("NewKey", { description: "A key to be made." });
export type NewKeyRequest = z.infer<typeof newKeySchema>;

export const rotationSchema = z
  .strictObject({
    overlapMs: z.int().min(0).max(OVERLAP_MS_MAX).default(OVERLAP_MS_DEFAULT).openapi({
      description:
        "For how long the secret there is is let in beside the new one. 0: not any more, from now on.",
    }),
  })
  .openapi("KeyRotation", { description: "How a key gets its new secret." });

export const keySchema = keyResourceSchema
  .clone()
  .openapi("Key", { description: "A key of this API, without its secret." });
export const keyPageSchema = pageSchema(keySchema).openapi("KeyPage", {
  description: "Keys, the oldest first, without those that were deleted.",
});
export const madeKeySchema = keyWithSecretSchema
  .clone()
  .openapi("KeyWithSecret", { description: "A key with its secret, which is shown this once." });
