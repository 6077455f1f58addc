import type { Sql } from "postgres";

/** Columns that count attempts and real time, and not what was captured. */
const VOLATILE = ["id", "received_at", "applied_at"];
/** Rows that say how often something was tried. */
const ATTEMPTS = `(table_name = 'ingest_counters' and row ->> 'name' = 'batches_redelivered')`;

/** Everything that Postgres holds, as one hash a table; partitions by name. Two that are equal hold the same. */
export const databaseDigest = async (owner: Sql): Promise<Record<string, string>> => {
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`;
  const digest: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await owner.unsafe<{ rows: number; hash: string | null }[]>(
      `select count(*)::int as rows, md5(string_agg(row::text, ',' order by row::text)) as hash
      from (select '${name}'::text as table_name, to_jsonb(t) - $1::text[] as row from public."${name}" t) rows
      where not ${ATTEMPTS}`,
      [VOLATILE],
    );
    digest[name] = `${row?.rows} rows, ${row?.hash}`;
  }
  const partitions = await owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relispartition
      and relkind = 'r' order by 1`;
  digest["partitions"] = partitions.map(({ name }) => name).join(" ");
  return digest;
};
