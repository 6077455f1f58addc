import type { TransactionSql } from "postgres";

/** What could not be stored: kept, counted, to be looked at. */
export interface SetAside {
  kind: "exchange" | "usage" | "batch" | "message" | "heartbeat";
  reason: string;
  detail: string;
  agentId: string;
  epoch?: number | undefined;
  seq?: number | undefined;
  position?: number | undefined;
  exchanges: number;
  payload: Uint8Array;
}

/** Bytes kept of what was set aside. */
const PAYLOAD_MAX_BYTES = 64 * 1024;

const clean = (text: string, max: number): string => text.replaceAll("\u0000", "\\x00").slice(0, max);

export const insertSetAside = async (sql: TransactionSql, row: SetAside): Promise<void> => {
  const payload = Buffer.from(row.payload.subarray(0, PAYLOAD_MAX_BYTES));
  await sql`
    insert into set_aside (kind, reason, detail, agent_id, epoch, seq, position, exchanges, payload, payload_bytes)
    values (${row.kind}, ${clean(row.reason, 64)}, ${clean(row.detail, 512)}, ${row.agentId}, ${row.epoch ?? null},
      ${row.seq ?? null}, ${row.position ?? null}, ${row.exchanges}, ${payload}, ${row.payload.byteLength})`;
  await count(sql, `set_aside_${row.kind}`, clean(row.reason, 64), 1);
};

/** Counts something that went wrong; see `ingest_counters`. */
export const count = async (sql: TransactionSql, name: string, reason: string, by: number): Promise<void> => {
  await sql`insert into ingest_counters as c (name, reason, count) values (${name}, ${reason}, ${by})
    on conflict (name, reason) do update set count = c.count + excluded.count`;
};

/** Rows older than `beforeUs` go, and the oldest beyond `keep`; the counters stay. */
export const forgetSetAside = async (sql: TransactionSql, beforeUs: number, keep: number): Promise<void> => {
  await sql`delete from set_aside where received_at < to_timestamp(${beforeUs}::float8 / 1e6)
    or id <= (select id from set_aside order by id desc offset ${keep} limit 1)`;
};
