import type { UsageFilter, UsageQueryInput } from "@masthead/shared/http/usage-query-schema";
import { toRfc3339 } from "@masthead/shared/time";
import { USAGE_DIMENSIONS } from "@masthead/shared/usage/dimensions";
import { MODEL_HEADER, MODELS } from "./population.js";
import type { Random } from "./random.js";
import type { Dataset } from "./schedule.js";

export type Value = string | number | null;

/** A usage query whose range is in whole minutes, as answers have it. */
export interface Question {
  fromUs: number;
  toUs: number;
  window: "minute" | "hour" | "day" | "month" | "total";
  timeZone: string;
  groupBy: string[];
  /** absent: all of the server role */
  filter?: UsageFilter;
  top?: number;
  compare: boolean;
  /** most requests first, instead of by window and group */
  ranked: boolean;
  limit: number;
}

/** The body of `POST /v1/usage/query`. */
export const documentOf = (question: Question): UsageQueryInput => ({
  from: toRfc3339(question.fromUs),
  to: toRfc3339(question.toUs),
  ...{ window: question.window, timeZone: question.timeZone, groupBy: question.groupBy },
  ...(question.filter ? { filter: question.filter } : {}),
  ...(question.top ? { top: { n: question.top } } : {}),
  ...(question.compare ? { compare: "previous" } : {}),
  ...(question.ranked ? { orderBy: [{ by: "requests" }] } : {}),
  include: ["latencyMs", "uniqueConsumers"],
  limit: question.limit,
});

/** Dimensions that a filter names. */
export const namesOf = (filter: UsageFilter | undefined): string[] => {
  if (filter === undefined) return [];
  if ("not" in filter) return namesOf(filter.not);
  if ("dimension" in filter) return [filter.dimension];
  return ("and" in filter ? filter.and : filter.or).flatMap(namesOf);
};

const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;
const DIMENSIONS = [...USAGE_DIMENSIONS, MODEL_HEADER].filter(
  (name) => name !== "http.response.status_class",
);
/** Those that split rows into few. */
const NARROW = ["role", "agent.id", "http.request.method", "http.response.status_code", MODEL_HEADER];
/** Half hours, quarters of an hour, and clocks that change by an hour or half of one. */
export const ZONES = [
  ...["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"],
  ...["Europe/Berlin", "America/New_York", "America/St_Johns"],
];

/** Longest range of a window: its rows are to be hundreds and not millions. */
const LONGEST_US: Record<Question["window"], number> = {
  ...{ minute: 5 * HOUR_US, hour: 4 * DAY_US, day: 40 * DAY_US, month: 70 * DAY_US, total: 40 * DAY_US },
};

/** A question about a data set; edges of its range lie on months, days, hours, or anywhere. */
export const randomQuestion = (dataset: Dataset, random: Random): Question => {
  const window = random.pick(["minute", "hour", "hour", "day", "day", "month", "total", "total"] as const);
  const compare = random.chance(0.25);
  const top = random.chance(0.25) ? random.whole(1, 12) : undefined;
  const named = top === undefined ? random.pick([0, 1, 1, 2, 3]) : random.whole(1, 2);
  const from = compare || window === "hour" ? NARROW : DIMENSIONS;
  const groupBy = [...new Set(Array.from({ length: named }, () => random.pick(top ? DIMENSIONS : from)))];
  const filter = random.chance(0.6) ? filterOf(dataset, random, 0) : undefined;
  return {
    ...rangeOf(dataset, LONGEST_US[window], compare && window !== "minute", random),
    ...{
      window,
      timeZone: random.pick(ZONES),
      groupBy,
      compare,
      ranked: top === undefined && random.chance(0.2),
    },
    ...(filter ? { filter } : {}),
    ...(top ? { top } : {}),
    limit: random.pick([37, 1_000, 1_000, 10_000]),
  };
};

/** @param isCoarse on quarter-hours: of the period before, minutes may be gone */
const rangeOf = ({ fromUs, toUs }: Dataset, longestUs: number, isCoarse: boolean, random: Random) => {
  const finest = isCoarse ? 15 * MINUTE_US : MINUTE_US;
  const edge = random.pick([finest, finest, 15 * MINUTE_US, HOUR_US, DAY_US, DAY_US]);
  const at = (timeUs: number) => Math.floor(timeUs / edge) * edge;
  const start = at(random.whole(fromUs, toUs));
  const length = Math.min(longestUs, Math.round(random.logUniform(20 * MINUTE_US, 40 * DAY_US)));
  return { fromUs: start, toUs: Math.max(start + Math.min(edge, longestUs), at(start + length)) };
};

const filterOf = (dataset: Dataset, random: Random, depth: number): UsageFilter => {
  const kind = depth > 2 ? 0 : random.unit();
  const inner = () => Array.from({ length: random.whole(1, 3) }, () => filterOf(dataset, random, depth + 1));
  if (kind > 0.85) return { not: filterOf(dataset, random, depth + 1) };
  if (kind > 0.7) return { or: inner() };
  if (kind > 0.5) return { and: inner() };
  const dimension = random.pick(DIMENSIONS);
  const values = valuesOf(dataset, dimension, random);
  const [value = null] = values;
  switch (random.pick(["eq", "ne", "in", "in", "nin", "prefix", "exists"])) {
    case "eq":
      return { dimension, eq: value };
    case "ne":
      return { dimension, ne: value };
    case "in":
      return { dimension, in: values };
    case "nin":
      return { dimension, nin: values };
    case "prefix":
      return { dimension, prefix: String(value ?? "t").slice(0, random.whole(1, 6)) };
    default:
      return { dimension, exists: random.chance(0.5) };
  }
};

const valuesOf = ({ population }: Dataset, dimension: string, random: Random): Value[] => {
  const { tenants, agents } = population;
  const some = <T>(of: () => T): T[] => [...new Set(Array.from({ length: random.whole(1, 3) }, of))];
  const service = () => random.pick(random.pick(agents).services);
  switch (dimension) {
    case "tenant.id":
      return some(() => (tenants[random.weighted(population.tenantWeights)] as { id: string }).id);
    case "role":
      return some(() => random.pick(["server", "client"]));
    case "service.name":
      return some(() => service().name);
    case "host.name":
      return some(() => random.pick(agents).host);
    case "agent.id":
      return some(() => random.pick(agents).id);
    case "url.template":
      return some(() => random.pick(service().endpoints).template);
    case "http.request.method":
      return some(() => random.pick(["GET", "POST", "PUT", "BREW"]));
    case "http.response.status_code":
      return some(() => random.pick([200, 201, 404, 429, 500, 503, null]));
    case "consumer.fingerprint":
      return some(() => random.pick([...random.pick(tenants.slice(0, 20)).consumers, null]));
    default:
      return some(() => random.pick([...MODELS, null]));
  }
};
