import type {
  CountName,
  UsageCondition,
  UsageFilter,
  UsageOrder,
  UsageQueryInput,
} from "@masthead/shared/http/usage-query-schema";
import { toRfc3339 } from "@masthead/shared/time";
import { USAGE_DIMENSIONS } from "@masthead/shared/usage/dimensions";
import { COMPLETION_HEADER, MODEL_HEADER, MODELS, PROMPT_HEADER } from "./population.js";
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
  /** what groups are ranked by; absent: requests */
  topBy?: RankedBy;
  /** each window's own largest; absent: the same groups in each window */
  topPerWindow?: boolean;
  /** that rows carry; absent: all */
  measures?: string[];
  compare: boolean;
  /** absent: by window, and of each by group; with `top` by window, and of each by requests */
  orderBy?: UsageOrder[];
  /** also rows without usage */
  fill: boolean;
  histogram: boolean;
  /** asked by `GET /v1/usage`; its filter is then an `and` of conditions that a link can say */
  asLink: boolean;
  limit: number;
}

/** A count, or a measure as `measures.<header>`: sums, so that plain SQL says without a doubt what is largest. */
export type RankedBy = CountName | `measures.${string}`;

/** What a question is that asks for no more than counts, percentiles and consumers. */
export const PLAIN = {
  ...{ timeZone: "UTC", compare: false, fill: false, histogram: false, asLink: false },
} as const;

/** The body of `POST /v1/usage/query`. */
export const documentOf = (question: Question): UsageQueryInput => ({
  from: toRfc3339(question.fromUs),
  to: toRfc3339(question.toUs),
  ...{ window: question.window, timeZone: question.timeZone, groupBy: question.groupBy },
  ...(question.filter ? { filter: question.filter } : {}),
  ...(question.top ? { top: topOf(question.top, question) } : {}),
  ...(question.measures ? { measures: question.measures } : {}),
  ...(question.compare ? { compare: "previous" } : {}),
  ...(question.orderBy ? { orderBy: question.orderBy } : {}),
  ...(question.fill ? { fill: "zero" } : {}),
  include: ["latencyMs", "uniqueConsumers", ...(question.histogram ? (["histogram"] as const) : [])],
  limit: question.limit,
});

const topOf = (n: number, { topBy, topPerWindow }: Question) => ({
  n,
  ...(topBy ? { by: topBy } : {}),
  ...(topPerWindow ? { per: "window" as const } : {}),
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
const DIMENSIONS = [...USAGE_DIMENSIONS, MODEL_HEADER];
/** Those that split rows into few. */
const NARROW = [
  ...["role", "agent.id", "http.request.method", MODEL_HEADER],
  ...["http.response.status_code", "http.response.status_class"],
];
/** How many are put to each data set. */
export const QUESTIONS = 50;
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
  const fill = random.chance(0.25);
  const asLink = random.chance(0.4);
  const histogram = random.chance(0.3);
  const orderBy = random.chance(0.4) ? orderOf(random) : undefined;
  const filter = random.chance(0.6)
    ? asLink
      ? linkFilterOf(dataset, random)
      : filterOf(dataset, random, 0)
    : undefined;
  const topBy = top && random.chance(0.5) ? random.pick(RANKED_BY) : undefined;
  // Rows have to carry what they are ordered by, or nobody could say whether they are.
  const isByMeasure = [topBy, ...(orderBy ?? []).map(({ by }) => by)].some((by) =>
    by?.startsWith("measures."),
  );
  const measures = !isByMeasure && random.chance(0.2) ? random.pick(MEASURES) : undefined;
  return {
    ...rangeOf(dataset, LONGEST_US[window], compare && window !== "minute", random),
    ...{ window, timeZone: random.pick(ZONES), compare, fill, histogram, asLink },
    groupBy: groupByOf(top, fill, compare || window === "hour", random),
    ...(filter ? { filter } : {}),
    ...(top ? { top } : {}),
    ...(topBy ? { topBy } : {}),
    // Filled, or beside the period before, what a window's own largest are is a question of its own.
    ...(top && !fill && !compare && random.chance(0.5) ? { topPerWindow: true } : {}),
    ...(measures ? { measures } : {}),
    ...(orderBy ? { orderBy } : {}),
    limit: fill ? 337 : random.pick([37, 1_000, 1_000, 1_000]),
  };
};

const RANKED_BY: readonly RankedBy[] = [
  ...(["requests", "errors", "requestBytes", "responseBytes"] as const),
  ...([`measures.${PROMPT_HEADER}`, `measures.${COMPLETION_HEADER}`] as const),
];
const MEASURES = [[], [PROMPT_HEADER], [COMPLETION_HEADER], [COMPLETION_HEADER, PROMPT_HEADER]];

/** @param isWide whether there are many windows: groups are to be few then */
const groupByOf = (top: number | undefined, fill: boolean, isWide: boolean, random: Random): string[] => {
  const named = top ? random.whole(1, 2) : random.pick(fill ? [0, 1, 1] : [0, 1, 1, 2, 3]);
  const from = !top && (fill || isWide) ? NARROW : DIMENSIONS;
  return [...new Set(Array.from({ length: named }, () => random.pick(from)))];
};

const ORDERS: readonly UsageOrder["by"][] = [
  ...(["window", "window", "group", "requests", "requests", "errors", "responseBytes"] as const),
  ...(["latencyMs.p50", "latencyMs.p99", `measures.${PROMPT_HEADER}`] as const),
];

const orderOf = (random: Random): UsageOrder[] => {
  const names = new Set(Array.from({ length: random.whole(1, 3) }, () => random.pick(ORDERS)));
  return [...names].map((by) => {
    const direction = random.pick(["asc", "desc", undefined] as const);
    return { by, ...(direction ? { direction } : {}) };
  });
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
  return conditionOf(dataset, random);
};

/** Conditions that all hold at once, each of a parameter of its own; lists of a link are told apart by commas. */
const linkFilterOf = (dataset: Dataset, random: Random): UsageFilter => {
  const conditions = new Map<string, UsageCondition>();
  const wanted = random.whole(1, 3);
  while (conditions.size < wanted) {
    const condition = conditionOf(dataset, random);
    const [operator = "", operand] = Object.entries(condition).find(([name]) => name !== "dimension") ?? [];
    if (Array.isArray(operand) && operand.some((value) => String(value).includes(","))) continue;
    conditions.set(`${condition.dimension} ${operator}`, condition);
  }
  return { and: [...conditions.values()] };
};

const conditionOf = (dataset: Dataset, random: Random): UsageCondition => {
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
    case "http.response.status_class":
      return some(() => random.pick(["2xx", "3xx", "4xx", "5xx", null]));
    case "consumer.fingerprint":
      return some(() => random.pick([...random.pick(tenants.slice(0, 20)).consumers, null]));
    default:
      return some(() => random.pick([...MODELS, null]));
  }
};
