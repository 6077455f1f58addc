import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppOptions, createApp } from "@masthead/api/app";
import type { Deps } from "@masthead/api/deps";
import { DRAIN_CONNECTIONS } from "@masthead/api/drain";
import { ensureAdminKey, generateApiKey } from "@masthead/api/features/auth/index";
import { type Database, openDatabase } from "@masthead/api/platform/db/database";
import { type NatsConnection, withNatsConnection } from "@masthead/api/platform/nats/connection";
import type { UserIssuer } from "@masthead/api/platform/nats/credentials";
import { createLender, type Lender } from "@masthead/api/resident/lender";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { agentInboxPrefix } from "@masthead/shared/subjects";
import { connect, credsAuthenticator } from "nats";
import { startTestDatabase, type TestDatabase } from "./database.js";

/** Of each role; kept open, as the server keeps them. */
const CONNECTIONS = 16;

/** The app over a real Postgres and a real NATS server, for one test file. */
export interface TestControlPlane {
  readonly database: TestDatabase;
  readonly nats: NatsServer;
  readonly deps: Deps;
  /** as the drain's role */
  readonly ingestDeps: Deps;
  readonly adminKey: string;
  /** the app's clock, microseconds */
  clock: { nowUs: number };
  /** A request with the admin key; a body that is no text is sent as JSON. */
  request(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Response>;
  /** A connection with the credentials of an agent, closed by `stop`. */
  connectAs(agentId: string): Promise<NatsConnection>;
  /** NATS with nothing in it, as after the loss of its disk. */
  wipeNats(): Promise<void>;
  /** Closes the connections that are kept open: who copies the database has to be alone with it. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

export async function startControlPlane(options: AppOptions = {}): Promise<TestControlPlane> {
  const dir = await mkdtemp(join(tmpdir(), "masthead-test-nats-"));
  const database = await startTestDatabase();
  let nats = await startNats({ dir });
  const clock = { nowUs: Date.now() * 1_000 };
  const lenders: Lender<Database>[] = [];
  const depsAs = (url: string, connections: number): Deps => {
    const databases = createLender({
      max: CONNECTIONS,
      open: () => openDatabase(url, "test", connections),
      close: (opened) => opened.close(),
    });
    lenders.push(databases);
    return {
      withDatabase: (work) => databases.lend(work),
      withNats: (work) => withNatsConnection({ url: nats.url, credentials: nats.apiCredentials }, work),
      now: () => clock.nowUs,
      log: { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) },
    };
  };
  const deps = depsAs(database.appUrl, 1);
  const adminKey = generateApiKey();
  const identity = JSON.parse(await readFile(join(dir, "identity.json"), "utf8")) as { issuer: UserIssuer };
  const app = createApp(deps, { issuer: identity.issuer, ...options });
  const connections: NatsConnection[] = [];
  const release = async () => {
    await Promise.all(lenders.map((databases) => databases.close()));
  };
  await ensureAdminKey(deps, adminKey);
  return {
    database,
    get nats() {
      return nats;
    },
    deps,
    ingestDeps: depsAs(database.ingestUrl, DRAIN_CONNECTIONS),
    adminKey,
    clock,
    request(method, path, { body, headers = {} } = {}) {
      const isText = typeof body === "string" || body instanceof Uint8Array;
      const init: RequestInit = {
        method,
        headers: {
          authorization: `Bearer ${adminKey}`,
          ...(body === undefined || isText ? {} : { "content-type": "application/json" }),
          ...headers,
        },
      };
      if (body !== undefined) init.body = isText ? (body as string) : JSON.stringify(body);
      return Promise.resolve(app.request(path, init));
    },
    async connectAs(agentId) {
      const id = agentIdSchema.parse(agentId);
      const connection = await connect({
        servers: nats.url,
        authenticator: credsAuthenticator(new TextEncoder().encode(await nats.createAgentCredentials(id))),
        inboxPrefix: agentInboxPrefix(id),
      });
      connections.push(connection);
      return connection;
    },
    async wipeNats() {
      await nats.wipe();
      nats = await startNats({ dir });
    },
    release,
    async stop() {
      await Promise.allSettled(connections.map((connection) => connection.close()));
      await release();
      await nats.stop();
      await database.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
