import type { UnixMicros } from "@masthead/shared/time";
import type { Database } from "./platform/db/database.js";
import type { NatsConnection } from "./platform/nats/connection.js";

/** Structured log; fields hold no secrets and no captured values. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * What the app and the drain need of the place they run in. Connections are lent for one piece of work: whether they are made
 * for it (Workers, Lambda) or come from a pool (the resident process), no feature can tell.
 */
export interface Deps {
  /** as the role of whoever holds these deps: the app's or the drain's. Not reentrant: one loan at a time a request */
  withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** @throws NatsError when NATS cannot be reached */
  withNats<T>(work: (nats: NatsConnection) => Promise<T>): Promise<T>;
  now(): UnixMicros;
  readonly log: Log;
}
