// Seals and delivers once, as a process of its own that can be killed. Settings come as JSON in the environment.

import { openDatabase } from "@masthead/api/platform/db/database";
import { parseAllowedHosts } from "@masthead/api/platform/outbound/allowed-hosts";
import { createSecrets } from "@masthead/api/platform/secrets";
import { deliverStep, sealStep } from "@masthead/api/report-duties";
import { httpOutbound } from "@masthead/api/resident/outbound-http";

const { databaseUrl, secretsKey, nowUs } = JSON.parse(process.env.REPORT_DUTIES ?? "{}");
const database = openDatabase(databaseUrl, "report duties");
const deps = {
  withDatabase: (work) => work(database),
  withNats: () => Promise.reject(new Error("reports need no NATS")),
  now: () => nowUs,
  log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
};
const outlets = {
  send: httpOutbound(parseAllowedHosts("127.0.0.1")),
  writeFile: null,
  secrets: createSecrets(Buffer.from(secretsKey, "base64")),
};
const sealed = await sealStep(deps, 60_000);
const delivered = await deliverStep(deps, outlets, 60_000);
await database.close();
console.log(JSON.stringify({ sealed, delivered }));
