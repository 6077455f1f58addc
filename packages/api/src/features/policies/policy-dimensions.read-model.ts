import type { TransactionSql } from "postgres";

/** Header names that policies in force list under `dimensions`, in order. */
export async function readPolicyDimensions(sql: TransactionSql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct jsonb_array_elements_text(document::jsonb -> 'spec' -> 'dimensions') as name
    from policies where jsonb_typeof(document::jsonb -> 'spec' -> 'dimensions') = 'array' order by 1`;
  return rows.map((row) => row.name);
}
