import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import { OTHER_SERIES } from "@masthead/shared/ids";
import { nearestWord } from "@masthead/shared/policy/nearest";
import { toRfc3339 } from "@masthead/shared/time";
import { USAGE_DIMENSIONS } from "@masthead/shared/usage/dimensions";
import { quantileMs } from "@masthead/shared/usage/histogram";
import { z } from "zod";
import type { Deps } from "../../deps.js";
import type { Database, Transaction } from "../../platform/db/database.js";
import type { Scope } from "../../platform/db/scope.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { rangeOf, type TimeRange } from "../../platform/http/instant.js";
import { PAGE_LIMIT_DEFAULT } from "../../platform/http/page.js";
import { ApiError } from "../../platform/http/problem.js";
import { readPolicyDimensions } from "../policies/index.js";
import { completenessOf } from "./completeness.service.js";
import {
  readDimensionNames,
  readMinutesFrom,
  readUsage,
  type UsageCounts,
  type UsagePosition,
} from "./usage.read-model.js";
import { filtersOf, type UsageQuery } from "./usage.schema.js";
import { levelOf, planOf, type UsageWindow, widened, windowSpan } from "./usage-query.rules.js";

export interface UsagePage {
  items: UsageRow[];
  nextCursor: string | null;
  meta: UsageMeta;
}

/** The range as asked for, then window and group of the last row. */
const micros = z.int().nonnegative();
const positionSchema = z.tuple([micros, micros, micros, z.string().regex(/^[0-9a-f]{32}$/)]);

const invalid = (parameter: string, message: string): ApiError =>
  new ApiError("invalid_parameters", `${parameter}: ${message}`, {
    errors: [{ pointer: `/query/${parameter}`, message }],
  });

/** A page of the usage that `scope` may see. @throws ApiError `invalid_cursor`, `invalid_parameters` */
export const queryUsage = async (deps: Deps, scope: Scope, query: UsageQuery): Promise<UsagePage> => {
  const fingerprint = queryFingerprint({ list: "usage", ...query });
  const position =
    query.cursor === undefined ? undefined : decodeCursor(fingerprint, query.cursor, positionSchema);
  const asked = position ? { fromUs: position[0], toUs: position[1] } : rangeOf(query, deps.now());
  if (!asked) throw invalid("to", "lies before `from`");
  const after = position && { windowUs: position[2], keyHash: position[3] };
  return deps.withDatabase((database) =>
    readPage(database, scope, query, asked, after, fingerprint, deps.now()),
  );
};

const readPage = async (
  database: Database,
  scope: Scope,
  query: UsageQuery,
  asked: TimeRange,
  after: UsagePosition | undefined,
  fingerprint: string,
  nowUs: number,
): Promise<UsagePage> => {
  const { window, groupBy = [], limit = PAGE_LIMIT_DEFAULT } = query;
  const filters = filtersOf(query);
  const minutesFromUs = await database.transaction(
    scope,
    async ({ sql }) => {
      await checkDimensions(sql, groupBy, filters);
      return readMinutesFrom(sql);
    },
    "read only",
  );
  const level = levelOf(asked, minutesFromUs);
  if (window === "minute" && level !== "minute")
    throw invalid("from", `minutes are held since ${toRfc3339(minutesFromUs)}`);
  const range = widened(asked, level);
  const names = [...groupBy, ...filters.map((filter) => filter.dimension)];
  const counted = names.includes("role") ? filters : [...filters, { dimension: "role", values: ["server"] }];
  const read = { ...planOf(range, window), window, groupBy, filters: counted, after, limit: limit + 1 };
  const agents = filters.find((filter) => filter.dimension === "agent.id")?.values;
  const agentIds = agents?.filter((value) => value !== null);
  const completeness = await completenessOf(database, scope, { range, nowUs, agentIds });
  const rows = await database.transaction(scope, ({ sql }) => readUsage(sql, read), "read only");
  // A cursor is only given out where there is more behind it.
  if (after && rows.length === 0)
    throw new ApiError("invalid_cursor", "where the page before ended is no longer held: start again");
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => toUsageRow(row, window, groupBy, range)),
    nextCursor: last
      ? encodeCursor(fingerprint, [asked.fromUs, asked.toUs, last.windowUs, last.keyHash])
      : null,
    meta: {
      level,
      range: { from: toRfc3339(range.fromUs), to: toRfc3339(range.toUs) },
      timeZone: "UTC",
      capped: {
        otherSeries: shown.some((row) => (JSON.parse(row.key) as unknown[]).includes(OTHER_SERIES)),
        rows: last !== undefined,
      },
      ...completeness,
    },
  };
};

const checkDimensions = async (
  sql: Transaction["sql"],
  groupBy: readonly string[],
  filters: readonly { dimension: string }[],
): Promise<void> => {
  const known = new Set<string>(USAGE_DIMENSIONS);
  const used = [
    ...groupBy.map((name) => ["groupBy", name] as const),
    ...filters.map(({ dimension }) => [`filter[${dimension}]`, dimension] as const),
  ];
  if (used.every(([, name]) => known.has(name))) return;
  for (const name of [...(await readDimensionNames(sql)), ...(await readPolicyDimensions(sql))])
    known.add(name);
  for (const [parameter, name] of used) {
    if (known.has(name)) continue;
    throw invalid(parameter, `no dimension \`${name}\`; the nearest is \`${nearestWord(name, [...known])}\``);
  }
};

const toUsageRow = (
  row: UsageCounts,
  window: UsageWindow,
  groupBy: readonly string[],
  range: TimeRange,
): UsageRow => {
  const span = windowSpan(row.windowUs, window, range);
  const values = JSON.parse(row.key) as (string | number | null)[];
  return {
    windowStart: toRfc3339(span.fromUs),
    windowEnd: toRfc3339(span.toUs),
    group: Object.fromEntries(groupBy.map((name, i) => [name, values[i] ?? null])),
    requests: row.requests,
    errors: row.errors,
    requestBytes: row.requestBytes,
    responseBytes: row.responseBytes,
    measures: row.measures ?? {},
    latencyMs: {
      p50: quantileMs(row.latency, 0.5),
      p90: quantileMs(row.latency, 0.9),
      p95: quantileMs(row.latency, 0.95),
      p99: quantileMs(row.latency, 0.99),
    },
  };
};
