import { join } from "node:path";
import type { PreparedDatabase } from "@masthead/api/platform/db/prepare";
import { keepNodePart } from "./node-part.js";
import { partEnvironment } from "./part-environment.js";
import type { ProductOptions } from "./product.js";
import { apiIsReady } from "./readiness.js";
import type { NatsAccess } from "./servers.js";

/** Starts the API and the drain, one process. @returns where it answers */
export const startApi = async (
  { root, home, environment, configuration, say, started }: ProductOptions,
  database: PreparedDatabase,
  nats: NatsAccess,
): Promise<string> => {
  const { host, port } = configuration;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  await started.add(async () => ({
    part: await keepNodePart(
      home,
      {
        title: "the API",
        name: "api",
        script: join(root, "packages/api/dist/main.js"),
        environment: partEnvironment(environment, {
          MASTHEAD_HOME: home.path,
          MASTHEAD_DATABASE_URL: database.appUrl,
          MASTHEAD_INGEST_DATABASE_URL: database.ingestUrl,
          MASTHEAD_NATS_URL: nats.url,
          MASTHEAD_NATS_CREDENTIALS: nats.apiCredentials,
          MASTHEAD_NATS_ISSUER: nats.issuer,
          MASTHEAD_FINGERPRINT_KEY: undefined,
        }),
        ready: apiIsReady(reachable(url)),
        stopping: started.stopping,
      },
      say,
    ),
  }));
  return url;
};

/** An address that means "all of this host's" is reached at the loopback. */
const reachable = (url: string): string =>
  url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
