import type { TransactionSql } from "postgres";

/** Header names that have become dimensions of what the transaction may see. */
export const readDimensionNames = async (sql: TransactionSql): Promise<string[]> => {
  const rows = await sql<{ name: string }[]>`select distinct name from usage_dimension_names order by name`;
  return rows.map((row) => row.name);
};
