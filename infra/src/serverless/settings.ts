import type { AppOptions } from "@masthead/api/app";
import { apiVariables, usageRetentionOf, usageRetentionVariables } from "@masthead/api/config";
import { DRAIN_CONNECTIONS } from "@masthead/api/drain";
import type { DeliveryOutlets } from "@masthead/api/features/deliveries/index";
import type { UsageRetention } from "@masthead/api/features/usage/index";
import { userIssuerSchema } from "@masthead/api/platform/nats/credentials";
import { fetchOutbound } from "@masthead/api/platform/outbound/outbound-fetch";
import { createSecrets } from "@masthead/api/platform/secrets";
import {
  type Configuration,
  ConfigurationError,
  natsUrls,
  onOff,
  postgresUrl,
  readConfiguration,
  text,
  variable,
  wholeNumber,
} from "@masthead/shared/config/definition";
import { z } from "zod";
import type { InvocationSettings } from "./invocation.js";

/** Bindings of a Worker, or environment of a function; others than ours may be among them. */
export type Environment = Record<string, string | undefined>;

/** A Worker has six connections that are being made; who waits for one spends the time that an attempt has. */
const DELIVERIES_AT_ONCE = 4;

const json = text.transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    // The parser's own message quotes the text, which is secret.
    context.addIssue({ code: "custom", message: "not JSON" });
    return z.NEVER;
  }
});

/** Bindings of the Worker and environment of the function. Here the texts themselves, since there are no files. */
export const serverlessVariables = {
  databaseUrl: variable({
    name: "MASTHEAD_DATABASE_URL",
    description: "Connection string of the role `masthead_app`, for requests.",
    unit: "URL",
    secret: true,
    schema: postgresUrl,
  }),
  ingestDatabaseUrl: variable({
    name: "MASTHEAD_INGEST_DATABASE_URL",
    description: "Connection string of the role `masthead_ingest`, for the drain.",
    unit: "URL",
    secret: true,
    schema: postgresUrl,
  }),
  natsUrl: variable({
    name: "MASTHEAD_NATS_URL",
    description: "NATS server, or several with commas.",
    unit: "URL",
    schema: natsUrls,
  }),
  natsCredentials: variable({
    name: "MASTHEAD_NATS_CREDENTIALS_TEXT",
    description: "Text of the control plane's creds file.",
    secret: true,
    // The format ends with a line break, which a text without outer whitespace lacks.
    schema: text.transform((credentials) => `${credentials}\n`),
  }),
  natsTlsFirst: variable({
    name: "MASTHEAD_NATS_TLS_FIRST",
    description:
      "`on`: TLS from the first byte on, which is `handshake_first` in the configuration of nats-server (2.10.4 and later). A Worker can do no other TLS with NATS.",
    default: "off",
    schema: onOff,
  }),
  natsIssuer: variable({
    name: "MASTHEAD_NATS_ISSUER_TEXT",
    description:
      "Text of the file with the keys that sign credentials of agents. Absent: `POST /v1/agents/{id}/credentials` answers 501.",
    secret: true,
    schema: json.pipe(userIssuerSchema),
  }),
  metricsNeedKey: apiVariables.metricsNeedKey,
  deliveryHosts: apiVariables.deliveryHosts,
  secretsKey: variable({
    name: "MASTHEAD_SECRETS_KEY_TEXT",
    description:
      "32 random bytes in base64, such as `openssl rand -base64 32` prints: encrypts what destinations keep secret, and signs links. Absent: there are neither.",
    secret: true,
    schema: text
      .regex(/^[A-Za-z0-9+/]{43}=$/, "32 bytes in base64")
      .transform((key) => createSecrets(Buffer.from(key, "base64"))),
  }),
  requestsPerSecond: apiVariables.requestsPerSecond,
  usageQuerySeconds: apiVariables.usageQuerySeconds,
  ...usageRetentionVariables,
  drainIdleMs: variable({
    name: "MASTHEAD_DRAIN_IDLE_MS",
    description:
      "A drain ends when nothing came for so long. Absent: it waits for more until its time is up, and what agents send is stored at once.",
    unit: "ms",
    schema: wholeNumber(1),
  }),
};

type Read = Configuration<typeof serverlessVariables>;

const connections = (
  read: Read,
  databaseKey: "databaseUrl" | "ingestDatabaseUrl",
  databaseConnections: number,
): InvocationSettings => {
  const [databaseUrl, natsUrl, natsCredentials] = [read[databaseKey], read.natsUrl, read.natsCredentials];
  if (databaseUrl !== undefined && natsUrl !== undefined && natsCredentials !== undefined)
    return { databaseUrl, databaseConnections, natsUrl, natsCredentials, natsTlsFirst: read.natsTlsFirst };
  const needed = [databaseKey, "natsUrl", "natsCredentials"] as const;
  const missing = needed.filter((key) => read[key] === undefined);
  throw new ConfigurationError(missing.map((key) => `${serverlessVariables[key].name}: missing`));
};

/** What requests need. @throws ConfigurationError naming each variable that is wrong or missing, never its value */
export const appSettings = (
  environment: Environment,
): { connections: InvocationSettings; options: AppOptions } => {
  const read = readConfiguration(serverlessVariables, environment);
  const { natsIssuer = null, metricsNeedKey, requestsPerSecond, usageQuerySeconds } = read;
  const { deliveryHosts: allowed, secretsKey: secrets = null } = read;
  const deliveries = { allowed, folders: false, secrets };
  return {
    connections: connections(read, "databaseUrl", 1),
    options: { issuer: natsIssuer, metricsNeedKey, requestsPerSecond, usageQuerySeconds, deliveries },
  };
};

/** What the drain needs. @throws ConfigurationError naming each variable that is wrong or missing, never its value */
export const drainSettings = (
  environment: Environment,
): {
  connections: InvocationSettings;
  idleMs: number | undefined;
  usageRetention: UsageRetention;
  outlets: DeliveryOutlets;
} => {
  const read = readConfiguration(serverlessVariables, environment);
  const { deliveryHosts, secretsKey: secrets = null } = read;
  return {
    connections: connections(read, "ingestDatabaseUrl", DRAIN_CONNECTIONS),
    idleMs: read.drainIdleMs,
    usageRetention: usageRetentionOf(read),
    outlets: { send: fetchOutbound(deliveryHosts), writeFile: null, secrets, atOnce: DELIVERIES_AT_ONCE },
  };
};
