import { resolve } from "node:path";
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
import { REQUESTS_PER_SECOND_DEFAULT, REQUESTS_PER_SECOND_MIN } from "./features/auth/index.js";
import { USAGE_BOUNDS, type UsageRetention } from "./features/usage/index.js";
import { type AllowedHosts, parseAllowedHosts } from "./platform/outbound/allowed-hosts.js";

const allowedHosts = z.string().transform((list, context): AllowedHosts => {
  const parsed = parseAllowedHosts(list);
  if (!("fault" in parsed)) return parsed;
  context.addIssue({ code: "custom", message: parsed.fault });
  return z.NEVER;
});

const DAYS_MAX = 36_500;
const heldFor = (name: string, days: string, description: string) =>
  variable({ name, description, unit: "days", default: days, schema: wholeNumber(0, DAYS_MAX) });

/** How long each level of usage is held; 0: for ever. */
export const usageRetentionVariables = {
  usageMinuteDays: heldFor(
    "MASTHEAD_USAGE_MINUTE_DAYS",
    "35",
    "How long usage is held by the minute; 0: for ever. Each level below is held as long as the one above at least.",
  ),
  usageQuarterHourDays: heldFor(
    "MASTHEAD_USAGE_QUARTER_HOUR_DAYS",
    "400",
    "How long usage is held by the quarter-hour, of which hours and the days of all time zones are cut; 0: for ever. Whole months go.",
  ),
  usageDayDays: heldFor(
    "MASTHEAD_USAGE_DAY_DAYS",
    "1826",
    "How long usage is held by the day of UTC; 0: for ever. Whole months go.",
  ),
  usageMonthDays: heldFor(
    "MASTHEAD_USAGE_MONTH_DAYS",
    "0",
    "How long usage is held by the month of UTC; 0: for ever.",
  ),
};

/** What is configured, as the roll-ups take it. */
export const usageRetentionOf = (read: Configuration<typeof usageRetentionVariables>): UsageRetention => ({
  minute: read.usageMinuteDays || null,
  quarter: read.usageQuarterHourDays || null,
  day: read.usageDayDays || null,
  month: read.usageMonthDays || null,
});

/** What the resident API reads of its environment. */
export const apiVariables = {
  home: variable({
    name: "MASTHEAD_HOME",
    description: "Where `admin.key` and `secrets.key` lie (made when absent) and `run/api.pid` is written.",
    unit: "path",
    default: ".masthead",
    schema: text.transform((path) => resolve(path)),
  }),
  host: variable({
    name: "MASTHEAD_HOST",
    description: "Address that the API listens on.",
    default: "127.0.0.1",
    schema: text,
  }),
  port: variable({
    name: "MASTHEAD_PORT",
    description: "TCP port that the API listens on; 0: a free one.",
    default: "8080",
    schema: wholeNumber(0, 65_535),
  }),
  databaseUrl: variable({
    name: "MASTHEAD_DATABASE_URL",
    description: "Connection string of the role `masthead_app`. Needed.",
    unit: "URL",
    secret: true,
    schema: postgresUrl,
  }),
  ingestDatabaseUrl: variable({
    name: "MASTHEAD_INGEST_DATABASE_URL",
    description: "Connection string of the role `masthead_ingest`. Absent: this process does not drain.",
    unit: "URL",
    secret: true,
    schema: postgresUrl,
  }),
  databaseConnections: variable({
    name: "MASTHEAD_DATABASE_CONNECTIONS",
    description: "Connections to Postgres that requests share.",
    default: "10",
    schema: wholeNumber(1, 1_000),
  }),
  natsUrl: variable({
    name: "MASTHEAD_NATS_URL",
    description: "NATS server, or several with commas. Needed.",
    unit: "URL",
    schema: natsUrls,
  }),
  natsCredentials: variable({
    name: "MASTHEAD_NATS_CREDENTIALS",
    description: "Creds file of the control plane. Needed.",
    unit: "path",
    schema: text,
  }),
  natsIssuer: variable({
    name: "MASTHEAD_NATS_ISSUER",
    description:
      "File with the keys that sign credentials of agents. Absent: `POST /v1/agents/{id}/credentials` answers 501.",
    unit: "path",
    schema: text,
  }),
  ...usageRetentionVariables,
  metricsNeedKey: variable({
    name: "MASTHEAD_METRICS_KEY",
    description: "`on`: `/metrics` asks for a key of the API.",
    default: "off",
    schema: onOff,
  }),
  deliveryHosts: variable({
    name: "MASTHEAD_DELIVERY_HOSTS",
    description:
      "Host names, addresses and networks, with commas, that destinations may name beside public hosts with https: there http and private addresses are allowed.",
    default: "",
    schema: allowedHosts,
  }),
  deliveryFolder: variable({
    name: "MASTHEAD_DELIVERY_FOLDER",
    description: "Folder below which destinations may write reports. Absent: there are no such destinations.",
    unit: "path",
    schema: text.transform((path) => resolve(path)),
  }),
  requestsPerSecond: variable({
    name: "MASTHEAD_REQUESTS_PER_SECOND",
    description: `Requests that one key may make, counted over ten seconds; at least ${REQUESTS_PER_SECOND_MIN}. What is beyond is answered with 429.`,
    unit: "1/s",
    default: String(REQUESTS_PER_SECOND_DEFAULT),
    schema: wholeNumber(REQUESTS_PER_SECOND_MIN, 100_000),
  }),
  usageQuerySeconds: variable({
    name: "MASTHEAD_USAGE_QUERY_SECONDS",
    description:
      "How long a statement of a usage query may take. A question that takes longer is refused, with ways to ask for less.",
    unit: "s",
    default: String(USAGE_BOUNDS.timeoutMs / 1_000),
    schema: wholeNumber(1, 3_600),
  }),
  logLevel: variable({
    name: "MASTHEAD_LOG_LEVEL",
    description: "`debug`, `info`, `warn` or `error`. `info` has a line for every request.",
    default: "info",
    schema: z
      .string()
      .trim()
      .pipe(z.enum(["debug", "info", "warn", "error"])),
  }),
};

const NEEDED = ["databaseUrl", "natsUrl", "natsCredentials"] as const;
type Read = Configuration<typeof apiVariables>;
/** The environment, read; see {@link apiVariables}. */
export type ApiConfiguration = Read & { [K in (typeof NEEDED)[number]]: string };

/** @throws ConfigurationError naming each variable that is wrong or missing, never its value */
export function readApiConfiguration(environment: Record<string, string | undefined>): ApiConfiguration {
  const read = readConfiguration(apiVariables, environment);
  const missing = NEEDED.filter((key) => read[key] === undefined);
  if (missing.length > 0) {
    throw new ConfigurationError(missing.map((key) => `${apiVariables[key].name}: missing`));
  }
  return read as ApiConfiguration;
}
