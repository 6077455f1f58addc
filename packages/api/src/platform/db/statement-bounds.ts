import postgres, { type TransactionSql } from "postgres";
import { textArray } from "./array-literal.js";

/**
 * How statements that add up many rows are planned. What Postgres knows of joins over two columns makes it expect one row where there are a
 * hundred thousand; nested loops over those take minutes, and sorting them to group them takes longer than hashing. Sorting stays where there
 * is no other way.
 */
const FOR_MANY_ROWS = {
  enable_nestloop: "off",
  enable_mergejoin: "off",
  enable_sort: "off",
  work_mem: "64MB",
  jit: "off",
} as const;

/** Null is a setting's default; asking the view that knows it takes milliseconds. */
const AS_EVER = Object.fromEntries(Object.keys(FOR_MANY_ROWS).map((name) => [name, null]));

/** Transaction-local, so that it cannot outlive it in a pool. */
const set = async (sql: TransactionSql, settings: Readonly<Record<string, string | null>>): Promise<void> => {
  await sql`
    select set_config(name, value, true) from unnest(
      ${textArray(Object.keys(settings))}::text[], ${textArray(Object.values(settings))}::text[]) as s (name, value)`;
};

/** Runs a part of a transaction planned for many rows. Where `work` throws, the rest is planned so, too. */
export const plannedForManyRows = async <T>(sql: TransactionSql, work: () => Promise<T>): Promise<T> => {
  await set(sql, FOR_MANY_ROWS);
  const result = await work();
  await set(sql, AS_EVER);
  return result;
};

/** Prepares a transaction for statements that add up many rows, each of which ends after a time. */
export const boundStatements = (sql: TransactionSql, timeoutMs: number): Promise<void> =>
  set(sql, { ...FOR_MANY_ROWS, statement_timeout: String(timeoutMs) });

/** Whether Postgres ended a statement because of its time. */
export const isTimedOut = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.code === "57014";
