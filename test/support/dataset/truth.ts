import type { UsageFilter } from "@masthead/shared/http/usage-query-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Sql } from "postgres";
import { boundariesOf } from "./calendar.js";
import { BUCKET_OF_DURATION } from "./histogram.js";
import { COMPLETION_HEADER, MODEL_HEADER, PROMPT_HEADER } from "./population.js";
import { namesOf, type Question, type Value } from "./question.js";
import { RAW_TABLE } from "./raw-table.js";

/** What is counted of exchanges, by plain SQL. */
export interface TrueCounts {
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  measures: Record<string, number>;
  /** milliseconds at the nearest rank; null where there is none */
  latencyMs: Record<"p50" | "p90" | "p95" | "p99", number | null>;
  uniqueConsumers: number;
  /** exchanges by bucket; absent: was not asked for */
  histogram?: [bucket: number, count: number][];
}
/** Of one group in one window. */
export interface TrueRow extends TrueCounts {
  /** from 0 on */
  window: number;
  group: Record<string, Value>;
}

const RAW_COLUMNS: Readonly<Record<string, string>> = {
  ...{ "tenant.id": "tenant_id", role: "role", "service.name": "service_name", "host.name": "host_name" },
  ...{ "agent.id": "agent_id", "url.template": "template", "http.request.method": "method" },
  ...{ "http.response.status_code": "status", "consumer.fingerprint": "consumer", [MODEL_HEADER]: "model" },
  "http.response.status_class": "(left(status::text, 1) || 'xx')",
};
const columnOf = (dimension: string): string => {
  const column = RAW_COLUMNS[dimension];
  if (!column) throw new Error(`the raw table has no ${dimension}`);
  return column;
};

/** {@link TrueCounts} as columns of a `select`. */
export const TRUE_COLUMNS = `count(*)::int as requests,
  count(*) filter (where status is null or status >= 500)::int as errors,
  sum(request_bytes)::bigint::text as "requestBytes", sum(response_bytes)::bigint::text as "responseBytes",
  sum(prompt_tokens)::bigint::text as prompt, sum(completion_tokens)::bigint::text as completion,
  percentile_disc(array[0.5, 0.9, 0.95, 0.99]) within group (order by duration_us)::text[] as latency,
  count(distinct consumer)::int as consumers`;

export interface CountedRow {
  requests: number;
  errors: number;
  requestBytes: string;
  responseBytes: string;
  prompt: string | null;
  completion: string | null;
  latency: string[];
  consumers: number;
}

export const toCounts = (row: CountedRow): TrueCounts => {
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = row.latency.map((us) => Number(us) / 1000);
  return {
    ...{ requests: row.requests, errors: row.errors, uniqueConsumers: row.consumers },
    requestBytes: Number(row.requestBytes),
    responseBytes: Number(row.responseBytes),
    measures: {
      ...(row.prompt === null ? {} : { [PROMPT_HEADER]: Number(row.prompt) }),
      ...(row.completion === null ? {} : { [COMPLETION_HEADER]: Number(row.completion) }),
    },
    latencyMs: { p50, p90, p95, p99 },
  };
};

const at = (timeUs: number): string => `timestamptz '${toRfc3339(timeUs)}'`;
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** SQL of a filter; like the product's, true or false and never unknown. */
const holds = (filter: UsageFilter): string => {
  if ("not" in filter) return `(not ${holds(filter.not)})`;
  if ("and" in filter) return `(${["true", ...filter.and.map(holds)].join(" and ")})`;
  if ("or" in filter) return `(${["false", ...filter.or.map(holds)].join(" or ")})`;
  const column = `${columnOf(filter.dimension)}::text`;
  const isOneOf = (values: readonly Value[]) => {
    const known = values.filter((value) => value !== null).map((value) => literal(String(value)));
    const among = known.length > 0 ? `coalesce(${column} in (${known.join(", ")}), false)` : "false";
    return `(${among}${known.length < values.length ? ` or ${column} is null` : ""})`;
  };
  if ("eq" in filter) return isOneOf([filter.eq]);
  if ("ne" in filter) return `(not ${isOneOf([filter.ne])})`;
  if ("in" in filter) return isOneOf(filter.in);
  if ("nin" in filter) return `(not ${isOneOf(filter.nin)})`;
  if ("prefix" in filter) return `coalesce(starts_with(${column}, ${literal(filter.prefix)}), false)`;
  return `(${column} is ${filter.exists ? "not null" : "null"})`;
};

/** What the exchanges of a question have in common. Like the product's, it means the server role unless it names the role. */
const conditionOf = ({ groupBy, filter }: Question): string =>
  [
    ...([...groupBy, ...namesOf(filter)].includes("role") ? [] : ["role = 'server'"]),
    ...(filter ? [holds(filter)] : []),
    "true",
  ].join(" and ");

/** Starts of the windows of a range; the first is where it begins. */
export const windowStarts = ({ window, timeZone }: Question, fromUs: number, toUs: number): number[] => {
  if (window === "total") return [fromUs];
  if (window !== "minute") return [fromUs, ...boundariesOf(window, timeZone, fromUs, toUs)];
  return Array.from({ length: (toUs - fromUs) / 60_000_000 }, (_, i) => fromUs + i * 60_000_000);
};

/** As text, which is sorted several times as fast as `jsonb`. */
const keyOf = (groupBy: readonly string[]): string =>
  `json_build_array(${groupBy.map(columnOf).join(", ")})::text`;

export interface TruthOptions {
  fromUs: number;
  toUs: number;
  /** only groups that are none of these, added up as one */
  without?: readonly Without[];
}
/** A group, in all windows or in one. */
export interface Without {
  group: Record<string, Value>;
  window?: number | undefined;
}

/** Windows, groups and the exchanges of a question, for `select`. */
const fromOf = (question: Question, { fromUs, toUs, without }: TruthOptions) => {
  const starts = windowStarts(question, fromUs, toUs).map((us) => literal(toRfc3339(us)));
  const key = keyOf(question.groupBy);
  const place = `width_bucket(ended_at, array[${starts.join(", ")}]::timestamptz[]) - 1`;
  const others = (without ?? []).map(({ group, window }) => {
    const values = literal(JSON.stringify(question.groupBy.map((name) => group[name])));
    return `(${values}::jsonb${window === undefined ? "" : `, ${window}`})`;
  });
  const isOfWindow = without?.[0]?.window !== undefined;
  return {
    columns: `${place} as place,
      ${without ? "'[]'" : key} as key`,
    source: `${RAW_TABLE} where ended_at >= ${at(fromUs)} and ended_at < ${at(toUs)} and ${conditionOf(question)}
      ${others.length > 0 ? `and (${key}::jsonb${isOfWindow ? `, ${place}` : ""}) not in (values ${others.join(", ")})` : ""}`,
  };
};

/** The question put to the raw exchanges of a range. */
export const sqlOf = (question: Question, options: TruthOptions): string => {
  const { columns, source } = fromOf(question, options);
  return `select ${columns}, ${TRUE_COLUMNS} from ${source} group by 1, 2`;
};

const histogramSqlOf = (question: Question, options: TruthOptions): string => {
  const { columns, source } = fromOf(question, options);
  return `select place, key, json_agg(json_build_array(bucket, n) order by bucket) as histogram from (
      select ${columns}, ${BUCKET_OF_DURATION} as bucket, count(*)::int as n from ${source} group by 1, 2, 3) counted
    group by 1, 2`;
};

/** `key`: JSON of the group's values. */
type Placed = { place: number; key: string };
const placeOf = ({ place, key }: Placed): string => `${place} ${key}`;

/** Counts with the measures that were asked for. */
const carried = (counts: TrueCounts, { measures: asked }: Question): TrueCounts => {
  if (asked === undefined) return counts;
  const measures = Object.entries(counts.measures).filter(([name]) => asked.includes(name));
  return { ...counts, measures: Object.fromEntries(measures) };
};

/** Answers of plain SQL, in no order. */
export const readTruth = async (sql: Sql, question: Question, options: TruthOptions): Promise<TrueRow[]> => {
  const rows = await sql.unsafe<(CountedRow & Placed)[]>(sqlOf(question, options));
  const histograms = new Map<string, [number, number][]>();
  if (question.histogram)
    for (const row of await sql.unsafe<(Placed & { histogram: [number, number][] })[]>(
      histogramSqlOf(question, options),
    ))
      histograms.set(placeOf(row), row.histogram);
  return rows.map((row) => {
    const values: Value[] = JSON.parse(row.key);
    return {
      window: row.place,
      group: options.without
        ? {}
        : Object.fromEntries(question.groupBy.map((name, i) => [name, values[i] ?? null])),
      ...carried(toCounts(row), question),
      ...(question.histogram ? { histogram: histograms.get(placeOf(row)) ?? [] } : {}),
    };
  });
};
