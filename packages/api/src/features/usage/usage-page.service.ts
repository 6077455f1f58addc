import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Transaction } from "../../platform/db/database.js";
import type { Scope } from "../../platform/db/scope.js";
import { boundStatements, isTimedOut } from "../../platform/db/statement-bounds.js";
import type { TimeRange } from "../../platform/http/instant.js";
import { ApiError } from "../../platform/http/problem.js";
import type { UsageGrain, UsageHorizon } from "./levels.rules.js";
import { hidesInOther } from "./other-series.read-model.js";
import { readUsage, type UsageCounted, type UsageRead } from "./usage.read-model.js";
import { consumersError, toUsageRow } from "./usage-answer.rules.js";
import { readMarks, type UsageSource } from "./usage-branches.read-model.js";
import { checkDimensions } from "./usage-dimensions.service.js";
import { grainOf } from "./usage-grain.rules.js";
import type { GrainRead } from "./usage-groups.read-model.js";
import { metricOf, orderOf } from "./usage-metric.rules.js";
import type { UsagePosition } from "./usage-order.read-model.js";
import { finestOf, planOf, type UsagePlan } from "./usage-plan.rules.js";
import { countedFilter, onlyValues, type UsageQuestion } from "./usage-question.rules.js";
import { beyondRetention } from "./usage-retention.rules.js";
import { estimateRows } from "./usage-source.read-model.js";
import { slotsOf } from "./usage-windows.rules.js";
import { type UsageWindows, windowsOf } from "./usage-windows.service.js";

/** What one question may take. */
export interface UsageBounds {
  timeoutMs: number;
  /** rows of buckets, as Postgres expects them */
  bucketRows: number;
}
export const USAGE_BOUNDS: UsageBounds = { timeoutMs: 15_000, bucketRows: 20_000_000 };

/** Rows of buckets that are held in memory, or nearly so. */
const KEPT_ROWS = 20_000;

export interface UsageRequest extends UsageQuestion {
  /** on whole minutes */
  range: TimeRange;
  /** number of a window's start, microseconds, and the rest of the last row's position */
  after?: { windowUs: number; position: UsagePosition } | undefined;
  /** only policies with `report: true` */
  reportOnly?: boolean | undefined;
  bounds?: UsageBounds | undefined;
}

export interface UsageRows {
  items: UsageRow[];
  /** of the last row, where there are more behind it */
  last: { windowUs: number; position: UsagePosition } | null;
  meta: Omit<UsageMeta, "completeUntil" | "completeness">;
}

/**
 * The rows of one page, in the transaction's scope.
 *
 * @param sql a snapshot @param horizon as it is in that: the caller sees to it that it still is when all is read
 * @throws ApiError `beyond_retention`, `query_too_expensive`, `invalid_cursor`, or what the question calls invalid
 */
export const answerUsage = async (
  sql: Transaction["sql"],
  scope: Scope,
  request: UsageRequest,
  horizon: UsageHorizon,
): Promise<UsageRows> => {
  const bounds = request.bounds ?? USAGE_BOUNDS;
  await boundStatements(sql, bounds.timeoutMs);
  try {
    await checkDimensions(sql, request);
    const windows = await windowsOf(sql, request.query, request.range, request.asked);
    const plan = planOf([...windows.previous, ...windows.windows], horizon);
    if ("stretch" in plan) throw beyondRetention(plan, request.range, horizon, request.asked);
    return toRows(request, windows, {
      plan,
      ...(await readRows(sql, scope, request, windows, plan, bounds)),
    });
  } catch (error) {
    if (!isTimedOut(error)) throw error;
    throw tooExpensive(request, `it took more than ${bounds.timeoutMs / 1000} seconds`, error);
  }
};

const tooExpensive = ({ asked, query }: UsageRequest, what: string, cause?: unknown): ApiError => {
  const ways = ["a shorter range", "a filter by `tenant.id`"];
  if (query.window !== "total") ways.push("wider windows");
  if (query.include.length > 0) ways.push("a shorter `include`");
  const message = `${what}: ask for ${ways.join(", or ")}`;
  return new ApiError("query_too_expensive", message, {
    errors: [{ pointer: asked.pointer("/from"), message }],
    cause,
  });
};

interface HeldRows {
  plan: UsagePlan;
  rows: UsageCounted[];
  /** whether `__other__` hides some of what was asked for */
  otherSeries: boolean;
}

const readRows = async (
  sql: Transaction["sql"],
  scope: Scope,
  request: UsageRequest,
  { windows, previous }: UsageWindows,
  plan: UsagePlan,
  bounds: UsageBounds,
): Promise<Omit<HeldRows, "plan">> => {
  if (windows.length === 0) return { rows: [], otherSeries: false };
  const { query, asked, after } = request;
  const tenants = scope.kind === "tenant" ? [scope.tenantId] : onlyValues(query.filter, "tenant.id");
  const source = { plan, tenants, marks: await readMarks(sql, [plan], tenants) };
  const by = (grain: UsageGrain) => governed(sql, request, { ...source, grain }, bounds);
  const read: UsageRead = {
    ...source,
    ...(await by(grainOf(query))),
    consumersFrom: query.include.includes("uniqueConsumers")
      ? await by(grainOf(query, ["consumer"]))
      : undefined,
    slots: slotsOf(windows, previous),
    windows: windows.length,
    filter: countedFilter(query),
    reportOnly: request.reportOnly,
    groupBy: query.groupBy,
    measures: query.measures,
    latency: query.include.includes("latencyMs") || query.include.includes("histogram"),
    top: query.top && { ...query.top, by: metricOf(query.top.by) },
    order: orderOf(query),
    fill: query.fill === "zero",
    after: after && positionIn(windows, after, asked.pointer("/cursor")),
    limit: query.limit + 1,
  };
  const rows = await readUsage(sql, read);
  // A cursor is only given out where there is more behind it.
  if (after && rows.length === 0) throw gone(asked.pointer("/cursor"));
  const otherSeries = rows[0]?.hasOther || (await hidesInOther(sql, read, read.filter));
  return { rows, otherSeries };
};

/** @throws ApiError `query_too_expensive` */
const governed = async (
  sql: Transaction["sql"],
  request: UsageRequest,
  source: UsageSource,
  { bucketRows }: UsageBounds,
): Promise<GrainRead> => {
  const expected = await estimateRows(sql, source);
  if (expected > bucketRows)
    throw tooExpensive(request, `it would read about ${expected} rows, and may read ${bucketRows}`);
  return { grain: source.grain, few: expected <= KEPT_ROWS };
};

const gone = (pointer: string): ApiError => {
  const message = "where the page before ended is no longer held: start again";
  return new ApiError("invalid_cursor", message, { errors: [{ pointer, message }] });
};

/** Windows are numbered within their range, which cursors keep; so a row's window is found again by its start. */
const positionIn = (
  windows: readonly TimeRange[],
  { windowUs, position }: NonNullable<UsageRequest["after"]>,
  pointer: string,
): UsagePosition => {
  const window = windows.findIndex(({ fromUs }) => fromUs === windowUs);
  if (window < 0) throw gone(pointer);
  return { ...position, window };
};

const toRows = (
  { query, range }: UsageRequest,
  { windows, previous }: UsageWindows,
  { plan, rows, otherSeries }: HeldRows,
): UsageRows => {
  const shown = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  const [first, end] = [previous[0], previous.at(-1)];
  return {
    items: shown.map((row) => toUsageRow(row, query, windows, previous)),
    last: last ? { windowUs: windows[last.window]?.fromUs ?? 0, position: last.position } : null,
    meta: {
      level: finestOf(plan),
      range: toRange(range),
      timeZone: query.timeZone,
      ...(first && end ? { comparedWith: toRange({ fromUs: first.fromUs, toUs: end.toUs }) } : {}),
      capped: { otherSeries, rows: last !== undefined },
      ...(query.include.includes("uniqueConsumers")
        ? { uniqueConsumersStandardError: consumersError(shown) }
        : {}),
    },
  };
};

const toRange = ({ fromUs, toUs }: TimeRange) => ({ from: toRfc3339(fromUs), to: toRfc3339(toUs) });
