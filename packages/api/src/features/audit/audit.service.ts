import type { Change } from "@masthead/shared/audit/entry";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { Transaction } from "../../platform/db/database.js";
import { type Actor, sealEntry } from "./audit.rules.js";
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
