import { ensureUsagePartitions } from "@masthead/api/features/usage/index";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { startTestDatabase, type TestDatabase } from "./database.js";
import { bookParts, part } from "./usage-parts.js";

/** A little usage of some tenants, for questions whose answers can be seen at a glance. */

export const at = (text: string) => Date.parse(text) / 1_000;
export const NOW_US = at("2026-11-23T12:00:00Z") * 1e6;
export const PATH = "/v1/usage/query";
export const range = { from: "2026-11-23T00:00:00Z", to: "2026-11-23T12:00:00Z" };

const parts: UsagePart[] = [
  ...["acme", "beta", "gamma", "=1+1"].flatMap((tenant, i) => [
    part({ windowStart: at("2026-11-23T10:00:00Z"), tenant, requests: 10 - i, latency: [[300, 10 - i]] }),
    part({ windowStart: at("2026-11-22T10:00:00Z"), tenant, requests: 4 * i, latency: [[300, 4 * i]] }),
  ]),
  part({
    windowStart: at("2026-11-23T11:00:00Z"),
    dimensions: { "x-model-id": "m" },
    measures: { "x-tokens": 12 },
  }),
  part({
    windowStart: at("2026-11-23T11:00:00Z"),
    tenant: "beta",
    template: "__other__",
    dimensions: { "x-secret": "s" },
  }),
];

export const startWithUsage = async (): Promise<TestDatabase> => {
  const server = await startTestDatabase();
  const ingest = server.open("ingest");
  await ensureUsagePartitions(ingest, ["2026-11-22", "2026-11-23"]);
  await bookParts(ingest, parts);
  return server;
};
