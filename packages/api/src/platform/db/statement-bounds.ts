import postgres, { type TransactionSql } from "postgres";

/**
 * Prepares a transaction for statements that add up many rows. What Postgres knows of joins over two columns makes it expect one row where
 * there are a hundred thousand; nested loops over those take minutes, and sorting them to group them takes longer than hashing. Sorting stays
 * where there is no other way. Transaction-local, so that it cannot outlive it in a pool.
 */
const planForManyRows = async (sql: TransactionSql): Promise<void> => {
  await sql`
    select set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true),
      set_config('enable_sort', 'off', true), set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`;
};

/** Runs a part of a transaction as `planForManyRows` says. Where `work` throws, the rest is planned so, too. */
export const plannedForManyRows = async <T>(sql: TransactionSql, work: () => Promise<T>): Promise<T> => {
  await planForManyRows(sql);
  const result = await work();
  for (const name of ["enable_nestloop", "enable_mergejoin", "enable_sort", "work_mem", "jit"])
    await sql`set local ${sql(name)} to default`;
  return result;
};

/** As `planForManyRows` says, and each statement ends after a time. */
export const boundStatements = async (sql: TransactionSql, timeoutMs: number): Promise<void> => {
  await sql`select set_config('statement_timeout', ${String(timeoutMs)}, true)`;
  await planForManyRows(sql);
};

/** Whether Postgres ended a statement because of its time. */
export const isTimedOut = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.code === "57014";
