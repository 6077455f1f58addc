import postgres, { type TransactionSql } from "postgres";
import { type Migration, readMigrations } from "./migrations.js";

/** Any number that is ours: two starters on one database take turns. */
const LOCK = 7_246_138_401;
/** `any_value` in SQL. */
const LEAST_POSTGRES = 16;

/**
 * Brings the schema up to date: every migration that is not recorded yet, in order, each in its own transaction.
 * @param ownerUrl connection string of the role that owns the schema
 * @returns names of what was applied now
 * @throws Error when Postgres is too old, or a recorded migration has changed or is unknown to this version
 */
export const migrate = async (ownerUrl: string, migrations?: Migration[]): Promise<string[]> => {
  const wanted = migrations ?? (await readMigrations());
  const sql = postgres(ownerUrl, { max: 1, prepare: false, onnotice: () => {} });
  try {
    const [server] = await sql<{ version: string }[]>`select current_setting('server_version') as version`;
    refuseOldPostgres(server?.version ?? "");
    const applied: string[] = [];
    for (;;) {
      const name = await sql.begin((tx) => applyNext(tx, wanted));
      if (name === null) return applied;
      applied.push(name);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
};

/** @param version `server_version` of Postgres, like `17.2 (Debian 17.2-1)` @throws Error that says what is needed */
export const refuseOldPostgres = (version: string): void => {
  if (Number.parseInt(version, 10) >= LEAST_POSTGRES) return;
  throw new Error(
    `this Postgres is ${version || "of no known version"}: Masthead needs ${LEAST_POSTGRES} or later`,
  );
};

const applyNext = async (tx: TransactionSql, wanted: Migration[]): Promise<string | null> => {
  await tx`select pg_advisory_xact_lock(${String(LOCK)}::bigint)`;
  await tx`create table if not exists schema_migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now())`;
  const recorded = await tx<
    { name: string; checksum: string }[]
  >`select name, checksum from schema_migrations`;
  const next = nextMigration(wanted, new Map(recorded.map((row) => [row.name, row.checksum])));
  if (!next) return null;
  await tx.unsafe(next.text).simple();
  await tx`insert into schema_migrations (name, checksum) values (${next.name}, ${next.checksum})`;
  return next.name;
};

/** The first migration that is not recorded. @throws Error where record and files disagree. */
export const nextMigration = (
  wanted: readonly Migration[],
  recorded: ReadonlyMap<string, string>,
): Migration | undefined => {
  const known = new Set(wanted.map((migration) => migration.name));
  for (const name of recorded.keys())
    if (!known.has(name))
      throw new Error(`the database has migration ${name}, which this version does not know: it is newer`);
  for (const migration of wanted) {
    const checksum = recorded.get(migration.name);
    if (checksum === undefined) return migration;
    if (checksum !== migration.checksum)
      throw new Error(`migration ${migration.name} was changed after it was applied: add a new one instead`);
  }
  return undefined;
};
