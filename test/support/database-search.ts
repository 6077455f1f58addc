import postgres from "postgres";
import { type Find, searchBytes } from "./byte-search.js";

/**
 * Searches every row of every table as text, which finds what the data files hold compressed (TOAST). `ownerUrl` must
 * see all rows.
 */
export const searchDatabase = async (ownerUrl: string, needles: readonly string[]): Promise<Find[]> => {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  const found: Find[] = [];
  try {
    const tables = await sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
    for (const { name } of tables) {
      for await (const rows of sql.unsafe(`select t::text as row from only ${name} t`).cursor(1000)) {
        for (const row of rows)
          found.push(...searchBytes(Buffer.from(String(row.row)), needles, name, "row"));
      }
    }
    return found;
  } finally {
    await sql.end();
  }
};
