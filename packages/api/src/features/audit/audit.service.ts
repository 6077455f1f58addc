import type { AuditEntry, AuditHead, Change } from "@masthead/shared/audit/entry";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import { z } from "zod";
import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";
import type { Scope } from "../../platform/db/scope.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { PAGE_LIMIT_DEFAULT } from "../../platform/http/page.js";
import { readAudit } from "./audit.read-model.js";
import { type Actor, sealEntry } from "./audit.rules.js";
import type { AuditQuery } from "./audit.schema.js";
import { appendAuditEntry, lockAuditHead } from "./audit.store.js";

export interface RecordedChange extends Change {
  readonly atUs: UnixMicros;
  readonly actor: Actor;
}

/**
 * Appends a change to the audit log, in the transaction that makes it: both are there or neither is. Entries have one order,
 * so until this transaction ends the next change waits: call it last.
 *
 * @param sql of a transaction in the fleet's scope
 */
export async function recordChange(
  sql: Transaction["sql"],
  { atUs, actor, action, subject, detail = {} }: RecordedChange,
): Promise<void> {
  const head = await lockAuditHead(sql);
  const entry = {
    seq: head.seq + 1,
    at: toRfc3339(atUs),
    actor,
    action,
    subject,
    detail,
    previousHash: head.hash,
  };
  await appendAuditEntry(sql, sealEntry(entry), atUs);
}

export interface AuditPage {
  items: AuditEntry[];
  nextCursor: string | null;
  head: AuditHead;
}

/** A page of the audit log. @throws ApiError `invalid_cursor` */
export async function getAudit(deps: Deps, scope: Scope, query: AuditQuery): Promise<AuditPage> {
  const fingerprint = queryFingerprint({ list: "audit", ...query });
  const { cursor, limit = PAGE_LIMIT_DEFAULT, from: fromUs, to: toUs, ...filters } = query;
  const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, z.int().positive());
  const { entries, head } = await deps.withDatabase((database) =>
    database.transaction(
      scope,
      ({ sql }) => readAudit(sql, { ...filters, fromUs, toUs, after, limit: limit + 1 }),
      "read only",
    ),
  );
  const items = entries.slice(0, limit);
  const last = entries.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor(fingerprint, last.seq) : null, head };
}
