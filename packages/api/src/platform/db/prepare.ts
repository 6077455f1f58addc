import { migrate } from "./migrate.js";
import { APP_ROLE, allowLogin, INGEST_ROLE, urlAs } from "./roles.js";

/** Connection strings for the parts of the product; none of them owns the schema. */
export interface PreparedDatabase {
  /** For the API: row-level security applies. */
  appUrl: string;
  /** For the drain: may write what batches carry. */
  ingestUrl: string;
  /** Names of the migrations that were applied now. */
  applied: string[];
}

/**
 * What a start does to a database: migrates as the owner, then gives the two roles a login.
 * @param passwords at least 16 letters, digits, '_' or '-' each
 */
export const prepareDatabase = async (
  ownerUrl: string,
  passwords: { app: string; ingest: string },
): Promise<PreparedDatabase> => {
  const applied = await migrate(ownerUrl);
  await allowLogin(ownerUrl, APP_ROLE, passwords.app);
  await allowLogin(ownerUrl, INGEST_ROLE, passwords.ingest);
  return {
    appUrl: urlAs(ownerUrl, APP_ROLE, passwords.app),
    ingestUrl: urlAs(ownerUrl, INGEST_ROLE, passwords.ingest),
    applied,
  };
};
