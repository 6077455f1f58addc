import type { Database } from "@masthead/api/platform/db/database";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { fingerprint } from "./tenants.js";
import { manyParts } from "./usage-parts.js";

const UNKNOWN = "unattributed";
export const [ONE, TWO, THREE] = [1, 2, 3].map(fingerprint) as [string, string, string];
const FOUR = fingerprint(4);

/** Parts of tenants that are known, of nobody known with and without a consumer, and of tenants that are fingerprints. */
export const partsToMove = (): UsagePart[] =>
  manyParts(400).map((part, n) => {
    const who: Partial<UsagePart>[] = [
      { tenant: UNKNOWN, consumer: ONE },
      { tenant: ONE, consumer: ONE },
      // As it was booked before there were consumers.
      { tenant: ONE },
      { tenant: UNKNOWN, consumer: TWO },
      { tenant: THREE, consumer: THREE },
      { tenant: "acme", consumer: FOUR },
      { tenant: "acme" },
      { tenant: UNKNOWN },
    ];
    return { ...part, ...who[n % who.length] };
  });

/** To whom the tests of moves attribute them. */
const OWNER: Record<string, string> = { [ONE]: "acme", [TWO]: "globex", [THREE]: "globex" };
const ownerOf = ({ tenant, consumer }: UsagePart): string =>
  OWNER[tenant] ?? (tenant === UNKNOWN ? OWNER[consumer ?? ""] : undefined) ?? tenant;
/** Requests by tenant, once all has followed. */
export const expectedAfterMoves = (list: readonly UsagePart[]) => {
  const sums: Record<string, number> = {};
  for (const part of list) sums[ownerOf(part)] = (sums[ownerOf(part)] ?? 0) + part.requests;
  return sums;
};
/** Whether coarser buckets hold what the level that they are made from holds, where both are held. */
export const rolledUpWrong = async (owner: Database): Promise<unknown[]> => {
  const pairs = [
    ["usage_minute", "usage_quarter", "15 minutes"],
    ["usage_quarter", "usage_day", "1 day"],
  ] as const;
  const wrong: unknown[] = [];
  for (const [fine, coarse, step] of pairs) {
    const rows = await owner.sql.unsafe(
      `with fine as (
        select tenant_id, series_id, date_bin($1::interval, bucket, 'epoch') as bucket, sum(requests) as requests,
          sum((measures ->> 'x-tokens')::numeric) as tokens from ${fine} group by 1, 2, 3)
      select * from fine full join (
        select tenant_id, series_id, bucket, requests, (measures ->> 'x-tokens')::numeric as tokens,
          (select sum(n) from unnest(latency_counts) n) as latencies from ${coarse}
        where bucket >= (select min(bucket) from fine)) coarse using (tenant_id, series_id, bucket)
      where fine.requests is distinct from coarse.requests or fine.tokens is distinct from coarse.tokens
        or coarse.latencies is distinct from coarse.requests`,
      [step],
    );
    wrong.push(...rows);
  }
  return wrong;
};
