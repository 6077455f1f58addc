/** From the finest to the coarsest; each is recomputed from the one before. */
export const USAGE_LEVELS = ["minute", "quarter", "day", "month"] as const;
export type UsageTableLevel = (typeof USAGE_LEVELS)[number];
/** A level that is made from a finer one. */
export type CoarseLevel = Exclude<UsageTableLevel, "minute">;
export const COARSE_LEVELS = ["quarter", "day", "month"] as const satisfies readonly CoarseLevel[];

export const USAGE_TABLE = {
  minute: "usage_minute",
  quarter: "usage_quarter",
  day: "usage_day",
  month: "usage_month",
} as const satisfies Record<UsageTableLevel, string>;
export type UsageTable = (typeof USAGE_TABLE)[UsageTableLevel];

/** What series tell apart beside tenant: columns of `usage_series`. */
export const SERIES_COLUMNS = [
  ...["policy_name", "report", "role", "service_name", "host_name", "agent_id"],
  ...["template", "method", "status", "dimensions", "consumer"],
] as const;

/**
 * What a summary's rows tell apart beside tenant and bucket, as columns of their own, named as those of `usage_series`; all else is added
 * up. Most answers need no more, and rows are fewer by far: consumers, hosts and agents multiply series.
 */
export const SUMMARY_COLUMNS = {
  tenant: ["report", "role"],
  consumer: ["report", "role", "consumer"],
  endpoint: ["policy_name", "report", "role", "service_name", "template", "method", "status", "dimensions"],
} as const satisfies Record<string, readonly string[]>;
export type SummaryGrain = keyof typeof SUMMARY_COLUMNS;
/** What rows are read by: series, as they were booked, or a summary of them. */
export type UsageGrain = "series" | SummaryGrain;

/** Which summaries each level holds, each after what it may be made from. Quarter-hours hold but a few exchanges of most series: only their sums are worth it. */
export const SUMMARIES = {
  quarter: ["tenant"],
  day: ["consumer", "endpoint", "tenant"],
  month: ["consumer", "endpoint", "tenant"],
} as const satisfies Record<CoarseLevel, readonly SummaryGrain[]>;

/** The summary of a grain, where a level holds one. */
export const summaryOf = (level: CoarseLevel, grain: UsageGrain): SummaryGrain | undefined =>
  SUMMARIES[level].find((held) => held === grain);

export const SUMMARY_TABLE = {
  quarter: "usage_quarter_summary",
  day: "usage_day_summary",
  month: "usage_month_summary",
} as const satisfies Record<CoarseLevel, string>;
export type SummaryTable = (typeof SUMMARY_TABLE)[CoarseLevel];

/**
 * What `usage_dirty.level` says is out of date: rows of a level, which are made from finer ones, or its summaries alone, which are made
 * from its rows. Whoever makes rows makes their summaries; whoever changes some marks them.
 */
export type MarkLevel = CoarseLevel | SummaryMark;
export type SummaryMark = `${CoarseLevel}_summary`;
export const summaryMark = (level: CoarseLevel): SummaryMark => `${level}_summary`;

/** What a row of usage is named by (the first three), and what it counts. Counts of rows add up, column by column. */
export const USAGE_COLUMNS = [
  "tenant_id",
  "bucket",
  "series_id",
  "requests",
  "errors",
  "request_bytes",
  "response_bytes",
  "measures",
  "latency_buckets",
  "latency_counts",
  "consumers",
] as const;

const MINUTE = 60;
const LENGTH = { minute: MINUTE, quarter: 15 * MINUTE, day: 24 * 60 * MINUTE } as const;

/** Start of the bucket that a time lies in. Unix seconds, of UTC. */
export const bucketStart = (level: UsageTableLevel, seconds: number): number => {
  if (level !== "month") return Math.floor(seconds / LENGTH[level]) * LENGTH[level];
  const date = new Date(seconds * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
};

/** Where the bucket that starts at `start` ends. Unix seconds. */
export const bucketEnd = (level: UsageTableLevel, start: number): number => {
  if (level !== "month") return start + LENGTH[level];
  const date = new Date(start * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
};

/** Since when each level is held, Unix seconds. */
export type UsageHorizon = Readonly<Record<UsageTableLevel, number>>;

/** The finest level that is held at a time: where usage is booked. Undefined: not even months are. */
export const levelHeldAt = (horizon: UsageHorizon, seconds: number): UsageTableLevel | undefined =>
  USAGE_LEVELS.find((level) => seconds >= horizon[level]);

/** The levels that are made, directly or not, from this one. */
export const coarserThan = (level: UsageTableLevel): CoarseLevel[] =>
  USAGE_LEVELS.slice(USAGE_LEVELS.indexOf(level) + 1) as CoarseLevel[];
