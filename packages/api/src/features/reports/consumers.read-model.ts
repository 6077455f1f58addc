import { OTHER_SERIES } from "@masthead/shared/ids";
import type { TransactionSql } from "postgres";
import { type HeldTenant, heldUsage } from "./held-usage.read-model.js";
import type { PeriodPlan } from "./period-plan.rules.js";

/** Consumers of a period: how many have a name, and a sketch of all of them where some have lost theirs. */
export interface SeenConsumers {
  readonly named: number;
  readonly sketch: readonly number[] | null;
}

/** Counts a tenant's consumers. Entries of a sketch that are made of names are those of `consumerEntry` in shared. */
export async function readConsumers(
  sql: TransactionSql,
  held: HeldTenant,
  { whole: plan }: PeriodPlan,
): Promise<SeenConsumers> {
  const [row] = await sql<{ named: number; sketch: string | null }[]>`
    with counted as materialized (
      select consumer, consumers from ${heldUsage(sql, { ...held, plan, grain: "consumer" })} held),
    named as (select distinct consumer from counted where consumer <> ${OTHER_SERIES}),
    hashed as (
      select ('x' || substr(consumer, 13, 3))::bit(12)::int as register, ('x' || substr(consumer, 16, 16))::bit(64) as rest
      from named where consumer ~ '^fp:[0-9a-f]{8}:[0-9a-f]{32}$' and exists (select from counted where consumers is not null)),
    entries as (
      select register * 64 + least(63, case position(B'1' in rest) when 0 then 65 else position(B'1' in rest) end) as entry
      from hashed
      union all
      select unnest(consumers) from counted)
    select (select count(*) from named)::int as named,
      case when exists (select from counted where consumers is not null) then (
        select json_agg(entry order by entry) from (
          select max(entry) as entry from entries group by entry >> 6) registers) end::text as sketch`;
  if (!row) throw new Error("consumers were not counted");
  return { named: row.named, sketch: row.sketch === null ? null : (JSON.parse(row.sketch) as number[]) };
}
