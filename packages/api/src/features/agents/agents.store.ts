import type { UnixMicros } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { TransactionSql } from "postgres";

/**
 * Keeps a heartbeat unless a newer one is there: by run first, then by the time that the agent gave it. Repeating it
 * changes nothing.
 *
 * @param receivedAtUs by the control plane's clock
 * @returns whether it was the newest
 */
export async function recordHeartbeat(
  sql: TransactionSql,
  heartbeat: Heartbeat,
  receivedAtUs: UnixMicros,
): Promise<boolean> {
  const { agentId, epoch, sentAtUs } = heartbeat;
  const rows = await sql`
    insert into agents as kept (agent_id, epoch, epoch_first_seen_us, sent_at_us, received_at_us, heartbeat)
    values (${agentId}, ${epoch}, ${receivedAtUs}, ${sentAtUs}, ${receivedAtUs}, ${asPostgresReads(heartbeat)})
    on conflict (agent_id) do update set
      epoch = excluded.epoch,
      epoch_first_seen_us =
        case when kept.epoch = excluded.epoch then kept.epoch_first_seen_us else excluded.epoch_first_seen_us end,
      sent_at_us = excluded.sent_at_us,
      received_at_us = excluded.received_at_us,
      heartbeat = excluded.heartbeat
    where (kept.epoch, kept.sent_at_us) < (excluded.epoch, excluded.sent_at_us)
    returning agent_id`;
  return rows.length > 0;
}

/**
 * As JSON, with U+FFFD in place of U+0000 and of half a surrogate pair: a column of type json takes both, and every look into
 * it would fail from then on. JSON.stringify escapes a surrogate only where its other half is missing.
 */
const asPostgresReads = (value: unknown): string =>
  JSON.stringify(value).replace(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escaped) =>
    escaped === "\\\\" ? escaped : "\\ufffd",
  );
