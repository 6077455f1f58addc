import type { AuditEntry, AuditHead } from "@masthead/shared/audit/entry";
import { canonicalJson } from "@masthead/shared/canonical-json";
import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

/** Where the log ends; nobody else appends until this transaction ends. */
export async function lockAuditHead(sql: TransactionSql): Promise<AuditHead> {
  const [head] = await sql<AuditHead[]>`
    select seq, encode(hash, 'hex') as hash from audit_head for update`;
  if (!head) throw new Error("the head of the audit log is missing, or not in sight of this transaction");
  return head;
}

/** The caller holds the head's lock. */
export async function appendAuditEntry(
  sql: TransactionSql,
  entry: AuditEntry,
  atUs: UnixMicros,
): Promise<void> {
  const { seq, actor, action, subject, detail, previousHash, hash } = entry;
  await sql`
    with appended as (
      insert into audit_log (seq, at_us, actor_id, actor_name, action, subject, detail, previous_hash, hash)
      values (${seq}, ${atUs}, ${actor.id}, ${actor.name}, ${action}, ${subject}, ${canonicalJson(detail)},
        decode(${previousHash}, 'hex'), decode(${hash}, 'hex'))
      returning seq, hash)
    update audit_head set seq = appended.seq, hash = appended.hash from appended`;
}
