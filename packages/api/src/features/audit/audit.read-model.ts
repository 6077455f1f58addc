import type { AuditEntry, AuditHead } from "@masthead/shared/audit/entry";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

export interface AuditRead {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  /** inclusive and exclusive */
  readonly fromUs?: UnixMicros | undefined;
  readonly toUs?: UnixMicros | undefined;
  readonly order: "newest" | "oldest";
  /** seq of the last entry that was read */
  readonly after?: number | undefined;
  readonly limit: number;
}

interface Row extends Pick<AuditEntry, "seq" | "action" | "subject" | "previousHash" | "hash"> {
  readonly atUs: UnixMicros;
  readonly actorId: string;
  readonly actorName: string;
  readonly detail: string;
}

const toEntry = ({ atUs, actorId, actorName, detail, ...row }: Row): AuditEntry => ({
  seq: row.seq,
  at: toRfc3339(atUs),
  actor: { id: actorId, name: actorName },
  action: row.action,
  subject: row.subject,
  detail: JSON.parse(detail) as AuditEntry["detail"],
  previousHash: row.previousHash,
  hash: row.hash,
});

/** Entries of the log and where it ends, both of one moment: the last entry is the head unless something is wrong. */
export async function readAudit(
  sql: TransactionSql,
  { actor, action, subject, fromUs, toUs, order, after, limit }: AuditRead,
): Promise<{ entries: AuditEntry[]; head: AuditHead }> {
  const conditions = sql`
    ${actor === undefined ? sql`` : sql`and actor_id = ${actor}`}
    ${action === undefined ? sql`` : sql`and action = ${action}`}
    ${subject === undefined ? sql`` : sql`and subject = ${subject}`}
    ${fromUs === undefined ? sql`` : sql`and at_us >= ${fromUs}`}
    ${toUs === undefined ? sql`` : sql`and at_us < ${toUs}`}
    ${after === undefined ? sql`` : order === "oldest" ? sql`and seq > ${after}` : sql`and seq < ${after}`}`;
  const direction = order === "oldest" ? sql`asc` : sql`desc`;
  const rows = await sql<(Partial<Row> & { head: number; headHash: string })[]>`
    select h.seq as head, encode(h.hash, 'hex') as "headHash", l.*
    from audit_head h left join (
      select seq, at_us as "atUs", actor_id as "actorId", actor_name as "actorName", action, subject,
        detail::text as detail, encode(previous_hash, 'hex') as "previousHash", encode(hash, 'hex') as hash
      from audit_log where true ${conditions} order by seq ${direction} limit ${limit}) l on true
    order by l.seq ${direction}`;
  const [first] = rows;
  if (!first) throw new Error("the head of the audit log is missing");
  return {
    entries: rows.flatMap(({ head: _head, headHash: _hash, ...row }) =>
      row.seq == null ? [] : [toEntry(row as Row)],
    ),
    head: { seq: first.head, hash: first.headHash },
  };
}
