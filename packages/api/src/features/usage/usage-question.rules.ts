import type {
  UsageCondition,
  UsageFilter,
  UsageFilterValue,
  UsageQueryDocument,
} from "@masthead/shared/http/usage-query-schema";
import { ApiError, type ProblemCode, type ProblemItem } from "../../platform/http/problem.js";

/** A question, and how the request that asked it names its parts: as a document, or as parameters of a link. */
export interface UsageQuestion {
  query: UsageQueryDocument;
  asked: AskedIn;
}

export interface AskedIn {
  /** what is answered where something is wrong with it */
  invalid: Extract<ProblemCode, "invalid_document" | "invalid_parameters">;
  /** @param pointer JSON Pointer into the document */
  pointer(pointer: string): string;
}

export const AS_DOCUMENT: AskedIn = { invalid: "invalid_document", pointer: (pointer) => pointer };

/** A problem with one or more parts of a question. */
export const problem = (
  asked: AskedIn,
  errors: readonly ProblemItem[],
  code: ProblemCode = asked.invalid,
): ApiError => {
  const placed = errors.map(({ pointer, message }) => ({ pointer: asked.pointer(pointer), message }));
  return new ApiError(code, placed.map(({ pointer, message }) => `${pointer}: ${message}`).join("; "), {
    errors: placed,
  });
};

/** The conditions of a filter, each with its JSON Pointer. */
export const conditionsOf = (
  filter: UsageFilter | undefined,
  pointer = "/filter",
): { condition: UsageCondition; pointer: string }[] => {
  if (!filter) return [];
  if ("and" in filter) return filter.and.flatMap((inner, i) => conditionsOf(inner, `${pointer}/and/${i}`));
  if ("or" in filter) return filter.or.flatMap((inner, i) => conditionsOf(inner, `${pointer}/or/${i}`));
  if ("not" in filter) return conditionsOf(filter.not, `${pointer}/not`);
  return [{ condition: filter, pointer }];
};

const valuesOf = (condition: UsageCondition): UsageFilterValue[] => {
  if ("eq" in condition) return [condition.eq];
  if ("ne" in condition) return [condition.ne];
  if ("in" in condition) return condition.in;
  return "nin" in condition ? condition.nin : [];
};

const SHAPES: Record<string, { shape: RegExp; words: string }> = {
  "http.response.status_code": { shape: /^[1-9]\d{2}$/, words: "statuses of three digits, or null" },
  "http.response.status_class": { shape: /^[1-9]xx$/, words: "classes such as 5xx, or null" },
  role: { shape: /^(?:server|client)$/, words: "server or client" },
};

/** What is wrong with a question whatever is held: values that nothing can have, parts that do not go together. */
export const questionErrors = ({ filter, groupBy, top, fill }: UsageQueryDocument): ProblemItem[] => {
  const errors: ProblemItem[] = [];
  for (const { condition, pointer } of conditionsOf(filter)) {
    const known = SHAPES[condition.dimension];
    if (known && valuesOf(condition).some((value) => value !== null && !known.shape.test(String(value))))
      errors.push({ pointer, message: `${condition.dimension} has ${known.words}` });
  }
  if (new Set(groupBy).size < groupBy.length)
    errors.push({ pointer: "/groupBy", message: "a dimension stands here twice" });
  if (top && groupBy.length === 0)
    errors.push({ pointer: "/top", message: "groups are ranked: name dimensions in groupBy" });
  if (top?.per === "window" && fill)
    errors.push({
      pointer: "/fill",
      message: "windows that have groups of their own cannot be filled: rank them per range",
    });
  return errors;
};

/** What is counted: the server's role, unless roles are asked for. */
export const countedFilter = ({
  filter,
  groupBy,
}: Pick<UsageQueryDocument, "filter" | "groupBy">): UsageFilter | undefined => {
  const names = [...groupBy, ...conditionsOf(filter).map(({ condition }) => condition.dimension)];
  if (names.includes("role")) return filter;
  const server: UsageFilter = { dimension: "role", eq: "server" };
  return filter ? { and: [server, filter] } : server;
};

/** The values that a filter leaves to a dimension, where all of it holds only with one of them. */
export const onlyValues = (filter: UsageFilter | undefined, dimension: string): string[] | undefined => {
  if (!filter) return undefined;
  if ("and" in filter)
    return filter.and.map((inner) => onlyValues(inner, dimension)).find((values) => values !== undefined);
  if (!("dimension" in filter) || filter.dimension !== dimension) return undefined;
  const values = "eq" in filter ? [filter.eq] : "in" in filter ? filter.in : undefined;
  return values?.includes(null) ? undefined : values?.map(String);
};
