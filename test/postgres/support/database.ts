import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DRAIN_CONNECTIONS } from "@masthead/api/drain";
import { type Database, openDatabase } from "@masthead/api/platform/db/database";
import { type PreparedDatabase, prepareDatabase } from "@masthead/api/platform/db/prepare";
import { startPostgres } from "@masthead/infra/embedded-postgres";
import { placePreparedPostgres } from "../../support/prepared-postgres.js";

/** A real server with the product's schema, for one test file. */
export interface TestDatabase extends PreparedDatabase {
  ownerUrl: string;
  /** Opens what `stop` closes: a connection, and for ingest what a drain makes use of. */
  open(as: "owner" | "app" | "ingest"): Database;
  stop(): Promise<void>;
}

export const startTestDatabase = async (): Promise<TestDatabase> => {
  const dir = await mkdtemp(join(tmpdir(), "masthead-test-postgres-"));
  placePreparedPostgres(dir);
  const server = await startPostgres({ dir, settings: { fsync: "off" } });
  const password = () => randomBytes(24).toString("hex");
  const prepared = await prepareDatabase(server.url, { app: password(), ingest: password() });
  const opened: Database[] = [];
  const urls = { owner: server.url, app: prepared.appUrl, ingest: prepared.ingestUrl };
  return {
    ...prepared,
    ownerUrl: server.url,
    open(as) {
      const database = openDatabase(urls[as], `test ${as}`, as === "ingest" ? DRAIN_CONNECTIONS : 1);
      opened.push(database);
      return database;
    },
    async stop() {
      await Promise.all(opened.map((database) => database.close()));
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
