import { PgDatabase, PgDialect } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsQueryResultHKT, PostgresJsSession } from "drizzle-orm/postgres-js";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { FLEET, type Scope } from "./scope.js";

/** Drizzle on one transaction. */
export type Orm = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

/** What runs inside one transaction: the tagged template of `postgres`, and Drizzle on the same connection. */
export interface Transaction {
  readonly sql: TransactionSql;
  readonly orm: Orm;
}

/** In a snapshot all statements of a transaction see one moment; to write in one may fail, and is then tried again. */
export type TransactionMode = "read write" | "read only" | "read write snapshot" | "read only snapshot";

/**
 * One connection for one invocation, or a few for one that does several things at once. Times come back as text, `bigint` as a
 * number, json parameters are passed as text (`JSON.stringify`), arrays as literals (see array-literal).
 */
export interface Database {
  /** Runs `work` in a transaction that sees what `scope` may see. Rolls back and rethrows what `work` throws. */
  transaction<T>(scope: Scope, work: (tx: Transaction) => Promise<T>, mode?: TransactionMode): Promise<T>;
  /** Runs one statement in the scope of nobody, without the round trips of a transaction. Rethrows what it throws. */
  statement<T>(run: (sql: Sql) => Promise<T>): Promise<T>;
  /** Without a scope: sees no row of any tenant. For jobs of roles that have policies of their own. */
  readonly sql: Sql;
  close(): Promise<void>;
}

const BEGIN: Record<TransactionMode, string> = {
  "read write": "read write",
  "read only": "read only",
  "read write snapshot": "isolation level repeatable read read write",
  "read only snapshot": "isolation level repeatable read read only",
};

const dialect = new PgDialect();

const int8 = {
  to: 20,
  from: [20],
  serialize: (value: number | bigint) => String(value),
  parse: (text: string) => Number(text),
};

/**
 * Opens the database lazily: the first query connects. Made per invocation, never module-global (design, section 6,
 * Serverless); `prepare: false` so that a pooler may stand between.
 * @param url connection string of the role that this part of the product runs as
 * @param connections so many transactions may go on at once, others wait; each is made when those before it are in use
 */
export const openDatabase = (url: string, applicationName = "masthead", connections = 1): Database => {
  const sql = postgres(url, {
    max: connections,
    prepare: false,
    fetch_types: false,
    idle_timeout: 0,
    connect_timeout: 10,
    // In seconds. The client's own doubles up to 20, on top of the wait of whoever tries again.
    backoff: () => 0.2,
    onnotice: () => {},
    connection: { application_name: applicationName },
    types: { int8 },
  }) as unknown as Sql;
  // Sets how times and json pass through; both faces of a transaction then agree.
  drizzle(sql);
  return {
    sql,
    async transaction(scope, work, mode = "read write") {
      let begun = false;
      const run = async (txSql: TransactionSql) => {
        begun = true;
        await enter(txSql, scope);
        // Drizzle's types ask for a whole client; its session uses of it what a transaction has, too.
        const session = new PostgresJsSession<Sql, Record<string, never>, Record<string, never>>(
          txSql as unknown as Sql,
          dialect,
          undefined,
        );
        return work({ sql: txSql, orm: new PgDatabase(dialect, session, undefined) });
      };
      try {
        return (await sql.begin(BEGIN[mode], run)) as never;
      } catch (error) {
        throw begun ? error : withCode(error);
      }
    },
    async statement(run) {
      try {
        return await run(sql);
      } catch (error) {
        // What Postgres refuses has a code of its own.
        throw withCode(error);
      }
    },
    close: () => sql.end({ timeout: 5 }),
  };
};

/**
 * Runs a part of a fleet's transaction in a narrower scope. Where `work` throws, the rest of the transaction stays narrow.
 */
export const narrowed = async <T>(sql: TransactionSql, scope: Scope, work: () => Promise<T>): Promise<T> => {
  await enter(sql, scope);
  const result = await work();
  await enter(sql, FLEET);
  return result;
};

/** Promise a-tenant-sees-a-tenant: transaction-local, so that it cannot outlive its request in a pool. */
const enter = (sql: TransactionSql, scope: Scope): Promise<unknown> =>
  sql`select set_config('app.tenant_id', ${scope.kind === "tenant" ? scope.tenantId : ""}, true),
    set_config('app.scope', ${scope.kind === "fleet" ? "fleet" : ""}, true)`;

/** Sockets of Workers tell of a server that cannot be reached in words only, other sockets and Postgres by a code. */
const withCode = (error: unknown): unknown =>
  error instanceof Error && !("code" in error) ? Object.assign(error, { code: "CONNECTION_FAILED" }) : error;
