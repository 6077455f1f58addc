import { ConfigurationError, readConfiguration, text, variable } from "@masthead/shared/config/definition";
import type { InvocationSettings } from "./invocation.js";

/** Bindings of the Worker and environment of the function. Here the texts themselves, since there are no files. */
export const serverlessVariables = {
  databaseUrl: variable({
    name: "MASTHEAD_DATABASE_URL",
    description: "Connection string of the role `masthead_app`, for requests.",
    unit: "URL",
    secret: true,
    schema: text,
  }),
  ingestDatabaseUrl: variable({
    name: "MASTHEAD_INGEST_DATABASE_URL",
    description: "Connection string of the role `masthead_ingest`, for the drain.",
    unit: "URL",
    secret: true,
    schema: text,
  }),
  natsUrl: variable({
    name: "MASTHEAD_NATS_URL",
    description: "NATS server.",
    unit: "URL",
    schema: text,
  }),
  natsCredentials: variable({
    name: "MASTHEAD_NATS_CREDENTIALS_TEXT",
    description: "Text of the control plane's creds file.",
    secret: true,
    // The format ends with a line break, which a text without outer whitespace lacks.
    schema: text.transform((credentials) => `${credentials}\n`),
  }),
};

/** Settings for requests (`app`) or for the drain. @throws ConfigurationError naming what is missing */
export const invocationSettings = (
  environment: Record<string, string | undefined>,
  role: "app" | "drain",
): InvocationSettings => {
  const read = readConfiguration(serverlessVariables, environment);
  const databaseKey = role === "app" ? "databaseUrl" : "ingestDatabaseUrl";
  const required = (key: keyof typeof serverlessVariables): string => {
    const value = read[key];
    if (value === undefined) throw new ConfigurationError([`${serverlessVariables[key].name}: missing`]);
    return value;
  };
  return {
    databaseUrl: required(databaseKey),
    natsUrl: required("natsUrl"),
    natsCredentials: required("natsCredentials"),
  };
};
