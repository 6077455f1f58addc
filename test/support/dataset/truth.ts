import { toRfc3339 } from "@masthead/shared/time";
import type { Sql } from "postgres";
import { COMPLETION_HEADER, MODEL_HEADER, PROMPT_HEADER } from "./population.js";
import { type Filter, namesOf, type Question, type Value } from "./question.js";
import { RAW_TABLE } from "./raw-table.js";

/** Counts by plain SQL, of one group in one window. */
export interface TrueRow {
  /** start of its window, RFC 3339 */
  windowStart: string;
  group: Record<string, Value>;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  measures: Record<string, number>;
  /** milliseconds at the nearest rank */
  latencyMs: { p50: number; p90: number; p95: number; p99: number };
}

export const RAW_COLUMNS: Readonly<Record<string, string>> = {
  "tenant.id": "tenant_id",
  role: "role",
  "service.name": "service_name",
  "host.name": "host_name",
  "agent.id": "agent_id",
  "url.template": "template",
  "http.request.method": "method",
  "http.response.status_code": "status",
  "consumer.fingerprint": "consumer",
  [MODEL_HEADER]: "model",
};
const columnOf = (dimension: string): string => {
  const column = RAW_COLUMNS[dimension];
  if (!column) throw new Error(`the raw table has no ${dimension}`);
  return column;
};

/** What is counted of exchanges, as columns of a `select`. */
export const TRUE_COUNTS = `count(*)::int as requests,
  count(*) filter (where status is null or status >= 500)::int as errors,
  sum(request_bytes)::bigint::text as "requestBytes", sum(response_bytes)::bigint::text as "responseBytes"`;
export const TRUE_MEASURES = `sum(prompt_tokens)::bigint::text as prompt, sum(completion_tokens)::bigint::text as completion`;
export const TRUE_LATENCY = `percentile_disc(array[0.5, 0.9, 0.95, 0.99]) within group (order by duration_us)::text[] as latency`;

interface CountedRow {
  requests: number;
  errors: number;
  requestBytes: string;
  responseBytes: string;
  prompt: string | null;
  completion: string | null;
  latency: string[];
}
type Counted = Omit<TrueRow, "windowStart" | "group">;

export const toCounted = (row: CountedRow): Counted => {
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = row.latency.map((us) => Number(us) / 1000);
  return {
    ...{ requests: row.requests, errors: row.errors },
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
const holds = (filter: Filter): string => {
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

/** What the exchanges of a question have in common. Like `/v1/usage`, it means the server role unless it names the role. */
const conditions = (question: Question): string => {
  const namesRole = [...question.groupBy, ...namesOf(question.filter)].includes("role");
  return [
    `ended_at >= ${at(question.fromUs)}`,
    `ended_at < ${at(question.toUs)}`,
    ...(namesRole ? [] : ["role = 'server'"]),
    holds(question.filter),
  ].join(" and ");
};

const windowStart = ({ window, fromUs }: Question): string =>
  window === "total" ? at(fromUs) : `greatest(date_trunc('${window}', ended_at, 'UTC'), ${at(fromUs)})`;

/** The question put to the raw exchanges. @param question its range is what the answer says that it covers */
export const sqlOf = (question: Question): string => {
  const columns = question.groupBy.map((name, i) => `${columnOf(name)} as g${i}`);
  const group = ["start", ...question.groupBy.map((_, i) => `g${i}`)];
  return `select (extract(epoch from ${windowStart(question)}) * 1000000)::bigint::text as start,
      ${[...columns, TRUE_COUNTS, TRUE_MEASURES, TRUE_LATENCY].join(",\n      ")}
    from ${RAW_TABLE} where ${conditions(question)} group by ${group.join(", ")}`;
};

/** Answers of plain SQL, in no order. */
export const readTruth = async (sql: Sql, question: Question): Promise<TrueRow[]> => {
  const rows = await sql.unsafe<(CountedRow & { start: string; [group: `g${number}`]: Value })[]>(
    sqlOf(question),
  );
  return rows.map((row) => ({
    windowStart: toRfc3339(Number(row.start)),
    group: Object.fromEntries(question.groupBy.map((name, i) => [name, row[`g${i}`] ?? null])),
    ...toCounted(row),
  }));
};
