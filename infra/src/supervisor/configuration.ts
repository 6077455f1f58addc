import {
  natsUrls,
  onOff,
  postgresUrl,
  text,
  variable,
  wholeNumber,
} from "@masthead/shared/config/definition";

/** What `npm start` reads itself; the parts that it starts read their own. */
export const supervisorVariables = {
  home: variable({
    name: "MASTHEAD_HOME",
    description: "Where all state is kept: keys, data of Postgres and NATS, logs.",
    unit: "path",
    default: ".masthead",
    schema: text,
  }),
  host: variable({
    name: "MASTHEAD_HOST",
    description: "Address that the API listens on.",
    default: "127.0.0.1",
    schema: text,
  }),
  port: variable({
    name: "MASTHEAD_PORT",
    description: "TCP port that the API listens on.",
    default: "8080",
    schema: wholeNumber(1, 65_535),
  }),
  databaseUrl: variable({
    name: "MASTHEAD_DATABASE_URL",
    description:
      "Use this Postgres (16 or later) instead of the embedded one: connection string of a role that owns the database and may create roles.",
    unit: "URL",
    secret: true,
    schema: postgresUrl,
  }),
  natsUrl: variable({
    name: "MASTHEAD_NATS_URL",
    description: "Use this NATS instead of starting one; needs `MASTHEAD_NATS_CREDENTIALS`.",
    unit: "URL",
    schema: natsUrls,
  }),
  natsCredentials: variable({
    name: "MASTHEAD_NATS_CREDENTIALS",
    description: "Beside `MASTHEAD_NATS_URL`: creds file of the control plane there.",
    unit: "path",
    schema: text,
  }),
  agentNatsCredentials: variable({
    name: "MASTHEAD_AGENT_NATS_CREDENTIALS",
    description:
      "Beside `MASTHEAD_NATS_URL`: creds file of this host's agent there. Absent: no agent is started.",
    unit: "path",
    schema: text,
  }),
  agent: variable({
    name: "MASTHEAD_AGENT",
    description: "`off`: start no agent on this host.",
    default: "on",
    schema: onOff,
  }),
};
