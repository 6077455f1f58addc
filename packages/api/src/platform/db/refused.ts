import postgres, { type TransactionSql } from "postgres";

/** SQLSTATE classes that blame the data and not the moment: data exception, integrity, program limit. */
const DATA_CLASSES = new Set(["22", "23", "54"]);

/** Whether Postgres refused what was written, so that the same again would be refused again. */
export const isRefusedData = (error: unknown): error is postgres.PostgresError =>
  error instanceof postgres.PostgresError && DATA_CLASSES.has(error.code.slice(0, 2));

export interface Refused<Row> {
  row: Row;
  /** Postgres's words without the values it quotes. */
  reason: string;
  code: string;
}

/**
 * Applies `apply` to rows in halves, each behind a savepoint, until only rows that Postgres refuses are left out.
 * @returns those rows; errors that do not blame the data are thrown
 */
export const applySplitting = async <Row>(
  sql: TransactionSql,
  rows: readonly Row[],
  apply: (sql: TransactionSql, rows: readonly Row[]) => Promise<unknown>,
): Promise<Refused<Row>[]> => {
  if (rows.length === 0) return [];
  try {
    await sql.savepoint(async (inner) => {
      await apply(inner, rows);
    });
    return [];
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    const [row] = rows;
    if (rows.length === 1 && row !== undefined)
      return [{ row, reason: error.message.replaceAll(/"[^"]*"/g, '"…"').slice(0, 256), code: error.code }];
    const middle = rows.length >> 1;
    const left = await applySplitting(sql, rows.slice(0, middle), apply);
    return [...left, ...(await applySplitting(sql, rows.slice(middle), apply))];
  }
};
