import type { Suspension } from "@masthead/shared/wire/heartbeat";
import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import type { EpochKey } from "./epochs.store.js";

/** Keeps what a run tells of its suspensions; an end that is known stays known, whatever comes late. */
export const noteSuspensions = async (
  sql: TransactionSql,
  { agentId, epoch }: EpochKey,
  suspensions: readonly Suspension[],
): Promise<void> => {
  if (suspensions.length === 0) return;
  const texts = (of: (one: Suspension) => string) =>
    textArray(suspensions.map((one) => of(one).replaceAll("\0", "\ufffd")));
  await sql`
    insert into suspensions as s (agent_id, epoch, executable, since, until, reason)
    select distinct on (executable, since_us) ${agentId}, ${epoch}::bigint, executable, to_timestamp(since_us / 1e6),
      to_timestamp(until_us / 1e6), reason
    from unnest(${texts(({ executable }) => executable)}::text[], ${texts(({ reason }) => reason)}::text[],
      ${plainArray(suspensions.map(({ sinceUs }) => sinceUs))}::float8[],
      ${plainArray(suspensions.map(({ untilUs }) => untilUs))}::float8[])
      as one (executable, reason, since_us, until_us)
    order by executable, since_us, until_us
    on conflict (agent_id, epoch, executable, since) do update set until = excluded.until
      where s.until is null and excluded.until is not null`;
};
