import type { UnixMicros } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { TransactionSql } from "postgres";

/** Clocks are set, and a last heartbeat may be on its way when the next run begins. */
const RUNS_APART_MS = 15_000;

/**
 * Keeps a heartbeat unless a newer one is there: by run first, then by the number of its account, since a host's clock may be set back; then by
 * the time that the agent gave it, which is all that earlier releases give. Repeating it changes nothing.
 *
 * @param receivedAtUs by the control plane's clock
 * @returns whether it was the newest
 */
export async function recordHeartbeat(
  sql: TransactionSql,
  heartbeat: Heartbeat,
  receivedAtUs: UnixMicros,
): Promise<boolean> {
  const { agentId, epoch, sentAtUs, ledger } = heartbeat;
  const rows = await sql`
    insert into agents as kept (agent_id, epoch, epoch_first_seen_us, account_serial, sent_at_us, received_at_us, heartbeat)
    values (${agentId}, ${epoch}, ${receivedAtUs}, ${ledger.serial ?? 0}, ${sentAtUs}, ${receivedAtUs},
      ${asPostgresReads(heartbeat)})
    on conflict (agent_id) do update set
      epoch = excluded.epoch,
      epoch_first_seen_us =
        case when kept.epoch = excluded.epoch then kept.epoch_first_seen_us else excluded.epoch_first_seen_us end,
      other_run_seen_us = case when kept.epoch = excluded.epoch then kept.other_run_seen_us end,
      account_serial = excluded.account_serial,
      sent_at_us = excluded.sent_at_us,
      received_at_us = excluded.received_at_us,
      heartbeat = excluded.heartbeat
    where (kept.epoch, kept.account_serial, kept.sent_at_us) < (excluded.epoch, excluded.account_serial, excluded.sent_at_us)
    returning agent_id`;
  if (rows.length > 0) return true;
  await noteOtherRun(sql, heartbeat, receivedAtUs);
  return false;
}

/** An earlier run that still sends when a later one has begun is another agent under the same id: a copied machine, or copied credentials. */
async function noteOtherRun(
  sql: TransactionSql,
  { agentId, epoch, sentAtUs, host }: Heartbeat,
  receivedAtUs: UnixMicros,
): Promise<void> {
  const sentAtMs = Math.floor(sentAtUs / 1_000);
  await sql`
    update agents set other_run_host = ${host.name.replaceAll("\0", "\ufffd")}, other_run_seen_us = ${receivedAtUs}
    where agent_id = ${agentId} and epoch > ${epoch} and epoch < ${sentAtMs - RUNS_APART_MS}`;
}

/**
 * As JSON, with U+FFFD in place of U+0000 and of half a surrogate pair: a column of type json takes both, and every look into
 * it would fail from then on. JSON.stringify escapes a surrogate only where its other half is missing.
 */
const asPostgresReads = (value: unknown): string =>
  JSON.stringify(value).replace(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escaped) =>
    escaped === "\\\\" ? escaped : "\\ufffd",
  );
