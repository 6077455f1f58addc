import { join, relative } from "node:path";
import { generateApiKey } from "@masthead/api/features/auth/index";
import { prepareDatabase } from "@masthead/api/platform/db/prepare";
import type { Configuration } from "@masthead/shared/config/definition";
import { agentIdOf, startAgent } from "./agent-part.js";
import { startApi } from "./api-part.js";
import type { supervisorVariables } from "./configuration.js";
import { type Home, randomHex, secretFile } from "./home.js";
import { keepNats, keepPostgres, type NatsAccess } from "./servers.js";
import type { StartedParts } from "./started-parts.js";

export interface ProductOptions {
  root: string;
  home: Home;
  environment: NodeJS.ProcessEnv;
  configuration: Configuration<typeof supervisorVariables>;
  withoutCapture: string | undefined;
  say: (line: string) => void;
  started: StartedParts;
}

/**
 * Starts everything in order: servers, schema, API with drain, agent. Each waits until the one before is ready, so that
 * the answer means: probes are attached and the first policy is in force.
 * @returns the line that says so
 */
export const startProduct = async (options: ProductOptions): Promise<string> => {
  const { home, configuration, say, started } = options;
  requireNatsCredentials(configuration);
  const ownerUrl = configuration.databaseUrl ?? (await started.add(() => keepPostgres(home, say))).url;
  const agentId = agentIdOf(home);
  const nats = await natsAccess(options, agentId);
  const password = (name: string) =>
    secretFile(join(home.secrets, `postgres-${name}.password`), () => randomHex(24));
  const roles = { app: password("app"), ingest: password("ingest") };
  const database = await prepareDatabase(ownerUrl, roles).catch((error: Error) => {
    if (configuration.databaseUrl === undefined) throw error;
    throw new Error(`MASTHEAD_DATABASE_URL: this database cannot be used: ${error.message}`, {
      cause: error,
    });
  });
  for (const name of database.applied) say(`database: applied ${name}`);
  const key = join(home.path, "admin.key");
  secretFile(key, generateApiKey);
  const url = await startApi(options, database, nats);
  await startAgent(options, nats, agentId);
  return `masthead is ready: ${url} (admin key in ${shown(key)})`;
};

/** As the reader would type it: relative where it lies below the current folder. */
const shown = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
};

/** Before anything is made. */
const requireNatsCredentials = ({ natsUrl, natsCredentials }: ProductOptions["configuration"]): void => {
  if (natsUrl !== undefined && natsCredentials === undefined)
    throw new Error(
      "MASTHEAD_NATS_URL needs MASTHEAD_NATS_CREDENTIALS: the creds file of the control plane there",
    );
};

const natsAccess = async (options: ProductOptions, agentId: string): Promise<NatsAccess> => {
  const { home, configuration, say, started } = options;
  const { natsUrl, natsCredentials } = configuration;
  if (natsUrl === undefined || natsCredentials === undefined)
    return started.add(() => keepNats(home, agentId, say));
  return {
    url: natsUrl,
    apiCredentials: natsCredentials,
    agentCredentials: configuration.agentNatsCredentials,
    issuer: options.environment["MASTHEAD_NATS_ISSUER"],
  };
};
