import type { TransactionSql } from "postgres";

/** @throws Error where statements of the transaction may see different moments */
export async function assertSnapshot(sql: TransactionSql): Promise<void> {
  const [row] = await sql<
    { isolation: string }[]
  >`select current_setting('transaction_isolation') as isolation`;
  if (row?.isolation === "read committed") throw new Error("a report is read from a snapshot");
}
