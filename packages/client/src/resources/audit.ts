import type { AuditEntry, AuditHead } from "@masthead/shared/audit/entry";
import type { Page } from "@masthead/shared/http/page";
import type { Ask } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";

export interface AuditQuery extends PageQuery {
  /** `key:<id>` of who did it */
  actor?: string | undefined;
  /** such as `policy.put` */
  action?: string | undefined;
  /** such as `policy:gateway` */
  subject?: string | undefined;
  /** RFC 3339, inclusive and exclusive */
  from?: string | undefined;
  to?: string | undefined;
  /** which entries come first; the newest by default */
  order?: "newest" | "oldest" | undefined;
}

/** The audit log: who changed what. `head` is where it ends. */
export type AuditClient = Listing<AuditQuery, Page<AuditEntry> & { head: AuditHead }>;

export const auditClient = (ask: Ask): AuditClient =>
  listing((query: AuditQuery, options) => ask.json("GET /v1/audit", { query, options }));
