import { USAGE_DIMENSIONS } from "@masthead/shared/usage/dimensions";
import { MODEL_HEADER, MODELS } from "./population.js";
import type { Random } from "./random.js";
import type { Dataset } from "./schedule.js";

export type QuestionWindow = "minute" | "hour" | "day" | "total";
export type Value = string | number | null;

/** Which exchanges are counted; null is unknown. */
export type Filter =
  | { and: readonly Filter[] }
  | { or: readonly Filter[] }
  | { not: Filter }
  | ({ dimension: string } & (
      | { eq: Value }
      | { ne: Value }
      | { in: readonly Value[] }
      | { nin: readonly Value[] }
      | { prefix: string }
      | { exists: boolean }
    ));

/** What a usage query asks for, however it is put. */
export interface Question {
  fromUs: number;
  toUs: number;
  window: QuestionWindow;
  groupBy: readonly string[];
  filter: Filter;
}

/** Dimensions that a filter names. */
export const namesOf = (filter: Filter): string[] => {
  if ("not" in filter) return namesOf(filter.not);
  if ("dimension" in filter) return [filter.dimension];
  return ("and" in filter ? filter.and : filter.or).flatMap(namesOf);
};

const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;
const DIMENSIONS = [...USAGE_DIMENSIONS, MODEL_HEADER];

/** Longest range of a window: its rows are to be hundreds and not millions. */
const LONGEST_US: Record<QuestionWindow, number> = {
  minute: 5 * HOUR_US,
  hour: 4 * DAY_US,
  day: 40 * DAY_US,
  total: 40 * DAY_US,
};

/** A question about a data set; edges of its range lie on months, days, hours, or anywhere. */
export const randomQuestion = (dataset: Dataset, random: Random): Question => {
  const window = random.pick(["minute", "hour", "hour", "day", "day", "total", "total"] as const);
  const groupBy = [
    ...new Set(Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, () => random.pick(DIMENSIONS))),
  ];
  const filtered = [
    ...new Set(Array.from({ length: random.pick([0, 1, 1, 2]) }, () => random.pick(DIMENSIONS))),
  ];
  return {
    ...rangeOf(dataset, LONGEST_US[window], random),
    ...{ window, groupBy },
    filter: { and: filtered.map((dimension) => ({ dimension, in: valuesOf(dataset, dimension, random) })) },
  };
};

const rangeOf = ({ fromUs, toUs }: Dataset, longestUs: number, random: Random) => {
  const edge = random.pick([1, MINUTE_US, 15 * MINUTE_US, HOUR_US, DAY_US, DAY_US]);
  const at = (timeUs: number) => Math.floor(timeUs / edge) * edge;
  const start = at(random.whole(fromUs - DAY_US, toUs));
  const length = Math.min(longestUs, Math.round(random.logUniform(20 * MINUTE_US, 40 * DAY_US)));
  return { fromUs: start, toUs: Math.max(start + Math.min(edge, longestUs), at(start + length)) };
};

const valuesOf = ({ population }: Dataset, dimension: string, random: Random): Value[] => {
  const { tenants, agents } = population;
  // An address cannot hold a value with a comma.
  const some = <T>(of: () => T): T[] =>
    [...new Set(Array.from({ length: random.whole(1, 3) }, of))].map((value) =>
      typeof value === "string" && value.includes(",") ? (value.replaceAll(",", "") as T) : value,
    );
  const services = () => random.pick(random.pick(agents).services);
  switch (dimension) {
    case "tenant.id":
      return some(() => (tenants[random.weighted(population.tenantWeights)] as { id: string }).id);
    case "role":
      return some(() => random.pick(["server", "client"]));
    case "service.name":
      return some(() => services().name);
    case "host.name":
      return some(() => random.pick(agents).host);
    case "agent.id":
      return some(() => random.pick(agents).id);
    case "url.template":
      return some(() => random.pick(services().endpoints).template);
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
