import { bookUsage, ensureUsagePartitions, type PlacedPart } from "@masthead/api/features/usage/index";
import type { Database } from "@masthead/api/platform/db/database";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import { dayOf } from "@masthead/shared/time";
import type { Batch, UsagePart } from "@masthead/shared/wire/batch";

/** Unix seconds that the parts below take for now, and the days that they lie on. */
export const NOW = Date.UTC(2026, 10, 23, 12, 7, 30) / 1000;
export const DAY = 86_400;
export const DAYS = ["2026-10-31", "2026-11-01", "2026-11-21", "2026-11-22", "2026-11-23"];
export const TENANTS = ["acme", "a/b", '=cmd("x"),1', "unattributed"];

/** As a batch carries it; policy 0 is in reports, policy 1 is not. */
export const part = (over: Partial<UsagePart>): UsagePart => ({
  windowStart: NOW - (NOW % 10),
  policy: 0,
  role: "server",
  service: "web",
  tenant: "acme",
  template: "/v1/things/{id}",
  method: "GET",
  status: 200,
  requests: 1,
  errors: 0,
  requestBytes: 100,
  responseBytes: 1_000,
  latency: [[300, 1]],
  ...over,
});
/** Parts of every kind over two months, the same at every run: a small generator decides. */
export const manyParts = (count: number): UsagePart[] => {
  let state = 7;
  const pick = <T>(...values: T[]): T => {
    state = (state * 16_807) % 2_147_483_647;
    return values[Math.floor((state / 2_147_483_647) * values.length)] as T;
  };
  return Array.from({ length: count }, () => {
    const day = Date.parse(pick(...DAYS)) / 1000;
    const status = pick(200, 200, 201, 404, 503, undefined);
    const requests = pick(1, 2, 9);
    const dimension = pick(undefined, { "x-model-id": null }, { "x-model-id": "m1" }, { "x-zone": "é" });
    const made = part({
      windowStart: day + pick(0, 10, 890, 900, 3_600, 40_000),
      tenant: pick(...TENANTS),
      policy: pick(0, 0, 1),
      role: pick("server", "server", "client"),
      service: pick("web", "shop, inc"),
      template: pick("/a", "/b/{id}", '="x"'),
      method: pick("GET", "POST"),
      ...(status === undefined ? {} : { status }),
      ...(dimension === undefined ? {} : { dimensions: dimension }),
      requests,
      errors: status === undefined || status >= 500 ? requests : 0,
      requestBytes: requests * 100,
      responseBytes: requests * 1_000,
      measures: { "x-tokens": requests * 3 },
      latency: [[pick(200, 300, 400), requests]],
    });
    if (status === undefined) delete made.status;
    return made;
  });
};

/** The tables that parts point into. */
const BATCH = {
  agentId: "agent-1",
  host: { id: "h", name: "host-1" },
  policies: [
    { name: "default", revision: 1, report: true },
    { name: "inner", revision: 2, report: false },
  ],
} as unknown as Batch;

export const placed = (parts: readonly UsagePart[]): PlacedPart[] =>
  parts.map((one, position) => ({ batch: BATCH, part: one, position }));

/** Books parts as ingest does. */
export const bookParts = (ingest: Database, parts: readonly UsagePart[], seriesCap?: number): Promise<void> =>
  ingest.transaction(NO_TENANT, ({ sql }) => bookUsage(sql, placed(parts), seriesCap));

/** Days (UTC) that parts lie on, `YYYY-MM-DD`. */
export const daysOf = (parts: readonly UsagePart[]): Set<string> =>
  new Set(parts.map(({ windowStart }) => dayOf(windowStart * 1e6)));

/** Makes the partitions of parts, and books them. */
export const bookAnywhere = async (
  ingest: Database,
  parts: readonly UsagePart[],
  seriesCap?: number,
): Promise<void> => {
  await ensureUsagePartitions(ingest, daysOf(parts));
  await bookParts(ingest, parts, seriesCap);
};
