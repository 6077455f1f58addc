import postgres from "postgres";

/** Roles of the database, made by migration 0001. Neither owns anything nor bypasses row-level security. */
export const APP_ROLE = "masthead_app";
export const INGEST_ROLE = "masthead_ingest";
export type DatabaseRole = typeof APP_ROLE | typeof INGEST_ROLE;

/** The same server and database, as another role. */
export const urlAs = (url: string, role: DatabaseRole, password: string): string => {
  const changed = new URL(url);
  changed.username = role;
  changed.password = encodeURIComponent(password);
  return changed.toString();
};

/**
 * Lets a role log in with a password, which is sent as it is: use it over loopback or TLS.
 * @throws Error of Postgres when the owner may not alter roles
 */
export const allowLogin = async (ownerUrl: string, role: DatabaseRole, password: string): Promise<void> => {
  if (!/^[A-Za-z0-9_-]{16,}$/.test(password))
    throw new Error("a database password is at least 16 letters, digits, '_' or '-'");
  const sql = postgres(ownerUrl, { max: 1, prepare: false, onnotice: () => {} });
  try {
    await sql.unsafe(`alter role ${role} login password '${password}'`);
  } finally {
    await sql.end({ timeout: 5 });
  }
};
