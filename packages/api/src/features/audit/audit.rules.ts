import { createHash } from "node:crypto";
import { type AuditEntry, auditEntryText } from "@masthead/shared/audit/entry";
import type { Principal } from "../../platform/http/context.js";

export type Actor = AuditEntry["actor"];

export const actorOf = ({ keyId, name }: Principal): Actor => ({ id: `key:${keyId}`, name });

/** What the product does by itself. @param what such as `bootstrap` */
export const systemActor = (what: string): Actor => ({ id: `system:${what}`, name: what });

/** The entry with its hash. */
export const sealEntry = (entry: Omit<AuditEntry, "hash">): AuditEntry => ({
  ...entry,
  hash: createHash("sha256").update(auditEntryText(entry)).digest("hex"),
});
