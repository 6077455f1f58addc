import { z } from "@hono/zod-openapi";
import { auditEntrySchema, auditHeadSchema } from "@masthead/shared/audit/entry";
import { optionalInstant } from "../../platform/http/instant.js";
import { pageQueryShape, pageSchema } from "../../platform/http/page.js";

const exactly = (description: string) =>
  z
    .string()
    .max(512)
    .refine((text) => !text.includes("\u0000"), "U+0000 occurs in no stored text")
    .optional()
    .openapi({ description });

export const auditQuerySchema = z.strictObject({
  actor: exactly("Who did it: `key:<id>`."),
  action: exactly("What was done, such as `policy.put`."),
  subject: exactly("To what, such as `policy:gateway`."),
  from: optionalInstant("Start, inclusive: RFC 3339."),
  to: optionalInstant("End, exclusive: RFC 3339."),
  order: z.enum(["newest", "oldest"]).default("newest").openapi({ description: "Which entries come first." }),
  ...pageQueryShape,
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

export const auditPageSchema = pageSchema(
  auditEntrySchema
    .clone()
    .openapi("AuditEntry", { description: "One change, and what binds it to the one before." }),
)
  .extend({ head: auditHeadSchema })
  .openapi("AuditPage", { description: "Entries of the audit log." });
