import type { CapturePolicy } from "@masthead/shared/policy/schema";
import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";

/** What a revision of a policy asks of headers. */
export type HeaderAsk = Pick<CapturePolicy["spec"], "headers" | "tenant" | "dimensions" | "measures">;

export interface PolicyRevision {
  readonly policy: string;
  readonly revision: number;
  readonly changedAtUs: UnixMicros;
  /** null: the policy was deleted */
  readonly asks: HeaderAsk | null;
}

/** Revisions of one policy that are looked at: the newest. */
const REVISIONS_MAX = 200;

/** Revisions of policies made before a time, by policy and ascending. @param names of policies */
export async function readPolicyRevisions(
  sql: TransactionSql,
  names: readonly string[],
  beforeUs: UnixMicros,
): Promise<PolicyRevision[]> {
  const rows = await sql<(Omit<PolicyRevision, "asks"> & { asks: string | null })[]>`
    select name as policy, revision, changed_at_us as "changedAtUs",
      (case when document is not null then json_build_object('headers', document #> '{spec,headers}',
        'tenant', document #> '{spec,tenant}', 'dimensions', document #> '{spec,dimensions}',
        'measures', document #> '{spec,measures}') end)::text as asks
    from (
      select h.*, row_number() over (partition by name order by revision desc) as age from policy_history h
      where name = any (${textArray(names)}::text[]) and changed_at_us < ${beforeUs}::bigint) newest
    where age <= ${REVISIONS_MAX}::int order by name collate "C", revision`;
  return rows.map(({ asks, ...row }) => ({
    ...row,
    asks: asks === null ? null : (JSON.parse(asks) as HeaderAsk),
  }));
}
