import type { CapturePolicy } from "@masthead/shared/policy/schema";
import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

/** A policy's row; `document` is null on a tombstone. */
export interface PolicyRow {
  readonly name: string;
  readonly revision: number;
  readonly document: CapturePolicy | null;
  readonly createdAtUs: UnixMicros;
  readonly changedAtUs: UnixMicros;
}
export interface LivePolicy extends PolicyRow {
  readonly document: CapturePolicy;
}

interface Stored extends Omit<PolicyRow, "document"> {
  readonly document: string | null;
}

const fromStored = (row: Stored): PolicyRow => ({
  ...row,
  document: row.document === null ? null : (JSON.parse(row.document) as CapturePolicy),
});

const columns = (sql: TransactionSql) => sql`
  name, revision, document::text as document, created_at_us as "createdAtUs", changed_at_us as "changedAtUs"`;

/** The counter's number. With `lock`, whoever changes policies waits until this transaction ends. */
export async function fleetRevision(sql: TransactionSql, lock?: "lock"): Promise<number> {
  const rows = await sql<{ revision: number }[]>`
    select revision from policy_counter ${lock ? sql`for update` : sql``}`;
  const row = rows[0];
  if (!row) throw new Error("the policy counter is missing");
  return row.revision;
}

/** The policy of this name, or its tombstone. */
export async function findPolicy(sql: TransactionSql, name: string): Promise<PolicyRow | undefined> {
  const rows = await sql<Stored[]>`select ${columns(sql)} from policies where name = ${name}`;
  return rows[0] && fromStored(rows[0]);
}

/** Live policies by name, from behind `after` on. */
export async function listPolicies(
  sql: TransactionSql,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<LivePolicy[]> {
  const rows = await sql<Stored[]>`
    select ${columns(sql)} from policies
    where document is not null and name > ${after ?? ""} order by name limit ${limit}`;
  return rows.map(fromStored) as LivePolicy[];
}

/** Takes the next number of the fleet's counter. The caller holds its lock. */
export async function takeRevision(sql: TransactionSql): Promise<number> {
  const rows = await sql<{ revision: number }[]>`
    update policy_counter set revision = revision + 1 returning revision`;
  const row = rows[0];
  if (!row) throw new Error("the policy counter is missing");
  return row.revision;
}

/** Writes a policy, or with a null document its tombstone, and its place in the history. */
export async function savePolicy(
  sql: TransactionSql,
  policy: PolicyRow & { readonly changedBy: string },
): Promise<void> {
  const { name, revision, createdAtUs, changedAtUs, changedBy } = policy;
  const document = policy.document === null ? null : JSON.stringify(policy.document);
  await sql`
    insert into policies (name, revision, document, created_at_us, changed_at_us, changed_by)
    values (${name}, ${revision}, ${document}, ${createdAtUs}, ${changedAtUs}, ${changedBy})
    on conflict (name) do update set revision = excluded.revision, document = excluded.document,
      created_at_us = excluded.created_at_us, changed_at_us = excluded.changed_at_us, changed_by = excluded.changed_by`;
  await sql`
    insert into policy_history (revision, name, document, changed_at_us, changed_by)
    values (${revision}, ${name}, ${document}, ${changedAtUs}, ${changedBy})`;
}
