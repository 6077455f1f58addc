import type { Deps, Log } from "@masthead/api/deps";
import { type Database, openDatabase } from "@masthead/api/platform/db/database";
import { connectNats, type NatsConnection } from "@masthead/api/platform/nats/connection";

/** What one invocation may use: a Worker's bindings, or a function's environment. */
export interface InvocationSettings {
  databaseUrl: string;
  /** at most, each made when those before it are in use */
  databaseConnections: number;
  natsUrl: string;
  /** Text of the control plane's creds file. */
  natsCredentials: string;
  /** TLS from the first byte on. */
  natsTlsFirst: boolean;
}

/** Deps that live as long as one invocation. */
export interface Invocation {
  readonly deps: Deps;
  /** Closes what was opened. Call it when the answer is complete. */
  close(): Promise<void>;
}

/**
 * Opens a database and a NATS connection when the invocation first needs one, and shares each within it. Nothing outlives
 * it: where a later request may not touch what an earlier one opened (Workers), a client kept in the module fails on every
 * second request.
 */
export const beginInvocation = (settings: InvocationSettings, log: Log): Invocation => {
  let database: Database | undefined;
  let nats: Promise<NatsConnection> | undefined;
  return {
    deps: {
      withDatabase(work) {
        const { databaseUrl, databaseConnections } = settings;
        database ??= openDatabase(databaseUrl, "masthead serverless", databaseConnections);
        return work(database);
      },
      async withNats(work) {
        const { natsUrl, natsCredentials, natsTlsFirst } = settings;
        nats ??= connectNats({ url: natsUrl, credentials: natsCredentials, tlsFirst: natsTlsFirst });
        return work(await nats);
      },
      now: () => Date.now() * 1000,
      log,
    },
    async close() {
      await Promise.allSettled([database?.close(), nats?.then((connection) => connection.close())]);
    },
  };
};
