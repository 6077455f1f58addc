import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.js";
import { type ApiConfiguration, usageRetentionOf } from "./config.js";
import type { Deps, Log } from "./deps.js";
import { DRAIN_CONNECTIONS, drain } from "./drain.js";
import { ensureAdminKey } from "./features/auth/index.js";
import { ensureDefaultPolicy } from "./features/policies/index.js";
import { maintain } from "./maintain.js";
import { openDatabase } from "./platform/db/database.js";
import { withNatsConnection } from "./platform/nats/connection.js";
import { userIssuerSchema } from "./platform/nats/credentials.js";
import { createSecrets } from "./platform/secrets.js";
import { reconcile } from "./reconcile.js";
import { deliverStep, sealStep } from "./report-duties.js";
import { folderWriter } from "./resident/folder-sender.js";
import { createLender } from "./resident/lender.js";
import { httpOutbound } from "./resident/outbound-http.js";
import { repeat } from "./resident/repeat.js";
import { secretsKeyIn } from "./resident/secrets-key.js";

const RECONCILE_EVERY_MS = 5_000;
const MAINTAIN_EVERY_MS = 10_000;
/** Longer than load balancers keep an idle connection, a minute as a rule: who closes first must not be the server. */
const KEEP_ALIVE_MS = 65_000;
const CLOSE_IDLE_EVERY_MS = 50;
const SEAL_EVERY_MS = 10_000;
const SEAL_STEP_MS = 30_000;
const DELIVER_EVERY_MS = 2_000;
/** Long, since the end of a step waits for whoever hangs. */
const DELIVER_STEP_MS = 600_000;
/** Drain, maintenance, sealing, deliveries: each borrows a database. Only the drain makes use of more than one connection of it. */
const INGEST_LOOPS = 4;
const DRAIN_STEP = { maxMs: 15_000, maxMessages: 10_000 };

/** A running control plane. */
export interface RunningServer {
  /** where it listens */
  readonly url: string;
  /** Stops accepting, finishes requests and the drain's step, closes connections. */
  stop(): Promise<void>;
}

interface Databases {
  url: string;
  /** how many are lent at once */
  max: number;
  /** connections of each */
  connections: number;
}

const depsFor = (configuration: ApiConfiguration, { url, max, connections }: Databases, log: Log) => {
  const credentials = readFileSync(configuration.natsCredentials, "utf8");
  const databases = createLender({
    max,
    open: () => openDatabase(url, "masthead-api", connections),
    close: (database) => database.close(),
  });
  const deps: Deps = {
    withDatabase: (work) => databases.lend(work),
    withNats: (work) => withNatsConnection({ url: configuration.natsUrl, credentials }, work),
    now: () => Date.now() * 1_000,
    log,
  };
  return { deps, close: () => databases.close() };
};

const listen = async (server: Server, host: string, port: number): Promise<string> => {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // A connection that is in use now is idle once it has had its answer.
    const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
    server.close(() => {
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });

/**
 * Runs the app, the drain, the upkeep and the reconciling in this process. Answers from the start; `/readyz` says when Postgres and NATS
 * are there too.
 *
 * @param adminKey a key that is let in, see {@link ensureAdminKey}
 * @throws Error of the operating system when the address is taken, or a file cannot be read
 */
export async function startServer(
  configuration: ApiConfiguration,
  { adminKey, log }: { adminKey: string; log: Log },
): Promise<RunningServer> {
  const { natsIssuer, metricsNeedKey, requestsPerSecond, usageQuerySeconds } = configuration;
  const { databaseUrl, databaseConnections, ingestDatabaseUrl } = configuration;
  const issuer = natsIssuer ? userIssuerSchema.parse(JSON.parse(readFileSync(natsIssuer, "utf8"))) : null;
  const app = depsFor(configuration, { url: databaseUrl, max: databaseConnections, connections: 1 }, log);
  const ingest = ingestDatabaseUrl
    ? depsFor(
        configuration,
        { url: ingestDatabaseUrl, max: INGEST_LOOPS, connections: DRAIN_CONNECTIONS },
        log,
      )
    : null;
  const { deliveryHosts: allowed, deliveryFolder } = configuration;
  const secrets = createSecrets(secretsKeyIn(configuration.home));
  const deliveries = { allowed, folders: deliveryFolder !== undefined, secrets };
  const { fetch } = createApp(app.deps, {
    issuer,
    metricsNeedKey,
    requestsPerSecond,
    usageQuerySeconds,
    deliveries,
  });
  // Of requests that name no host, as health checks by HTTP/1.0 do.
  const hostname = "localhost";
  const serverOptions = { keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createAdaptorServer({ fetch, hostname, serverOptions }) as Server;
  const url = await listen(server, configuration.host, configuration.port);
  log.info({ url }, "the API listens");

  const stopping = new AbortController();
  const { signal } = stopping;
  let prepared = false;
  const keepUp = async () => {
    if (!prepared) {
      await ensureAdminKey(app.deps, adminKey);
      await ensureDefaultPolicy(app.deps);
      prepared = true;
    }
    await reconcile(app.deps);
  };
  const loops = [repeat("reconcile", keepUp, { pauseMs: RECONCILE_EVERY_MS, signal, log })];
  if (ingest) {
    const step = () => drain(ingest.deps, DRAIN_STEP, signal);
    const upkeep = { usageRetention: usageRetentionOf(configuration), signal };
    const writeFile = deliveryFolder === undefined ? null : folderWriter(deliveryFolder);
    const outlets = { send: httpOutbound(allowed), writeFile, secrets };
    const seal = () => sealStep(ingest.deps, SEAL_STEP_MS, signal);
    const deliver = () => deliverStep(ingest.deps, outlets, DELIVER_STEP_MS, signal);
    loops.push(
      repeat("drain", step, { pauseMs: 0, signal, log }),
      repeat("seal", seal, { pauseMs: SEAL_EVERY_MS, signal, log }),
      repeat("deliver", deliver, { pauseMs: DELIVER_EVERY_MS, signal, log }),
      repeat("maintain", () => maintain(ingest.deps, upkeep), { pauseMs: MAINTAIN_EVERY_MS, signal, log }),
    );
  }
  return {
    url,
    async stop() {
      stopping.abort();
      await Promise.all([closed(server), ...loops]);
      await Promise.all([app.close(), ingest?.close()]);
    },
  };
}
