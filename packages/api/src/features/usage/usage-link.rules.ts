import { FILTER_OPERATORS, type UsageQueryInput } from "@masthead/shared/http/usage-query-schema";
import type { AskedIn } from "./usage-question.rules.js";

/** `filter[<dimension>]`, or `filter[<dimension>][<operator>]`. */
export const FILTER_PARAMETER = /^filter\[([^\]]{1,64})\](?:\[(eq|ne|in|nin|prefix|exists)\])?$/;
export const FILTER_FORMS = [
  "filter[<dimension>]",
  ...FILTER_OPERATORS.map((name) => `filter[<dimension>][${name}]`),
];

/** The parameters of a link, each a text. */
export type UsageLink = Readonly<Record<string, string | undefined>>;

const list = (text: string): string[] => text.split(",").filter((name) => name !== "");
const valueIn = (text: string): string | null => (text === "null" ? null : text);
const numberOf = (text: string): unknown => (/^\d{1,9}$/.test(text) ? Number(text) : text);

const operand = (operator: string, text: string): unknown => {
  if (operator === "in" || operator === "nin") return text.split(",").map(valueIn);
  if (operator === "exists") return text === "true" ? true : text === "false" ? false : text;
  return operator === "prefix" ? text : valueIn(text);
};

const orderOf = (text: string) =>
  list(text).map((term) =>
    term.startsWith("-") ? { by: term.slice(1), direction: "desc" } : { by: term, direction: "asc" },
  );

/** The document that a link stands for, unchecked, and where in the link its parts are. */
export const questionOfLink = (link: UsageLink): { input: UsageQueryInput; asked: AskedIn } => {
  const filters = Object.entries(link).flatMap(([name, text]) => {
    const [, dimension, operator = "in"] = FILTER_PARAMETER.exec(name) ?? [];
    if (dimension === undefined || text === undefined) return [];
    return [{ name, condition: { dimension, [operator]: operand(operator, text) } }];
  });
  const topFields = { n: link["top"], by: link["topBy"], per: link["topPer"] };
  const top = Object.entries(topFields).filter(([, text]) => text !== undefined);
  const fields: Record<string, unknown> = {
    from: link["from"],
    to: link["to"],
    window: link["window"],
    timeZone: link["timeZone"],
    groupBy: link["groupBy"] === undefined ? undefined : [...new Set(list(link["groupBy"]))],
    filter: filters.length === 0 ? undefined : { and: filters.map(({ condition }) => condition) },
    measures: link["measures"] === undefined ? undefined : list(link["measures"]),
    include: link["include"] === undefined ? undefined : list(link["include"]),
    top:
      top.length === 0
        ? undefined
        : Object.fromEntries(top.map(([name, text]) => [name, name === "n" ? numberOf(text ?? "") : text])),
    compare: link["compare"],
    orderBy: link["orderBy"] === undefined ? undefined : orderOf(link["orderBy"]),
    fill: link["fill"],
    limit: link["limit"] === undefined ? undefined : numberOf(link["limit"]),
    cursor: link["cursor"],
  };
  const named = Object.entries(fields).filter(([, value]) => value !== undefined);
  const names = filters.map(({ name }) => name);
  return {
    input: Object.fromEntries(named) as UsageQueryInput,
    asked: { invalid: "invalid_parameters", pointer: (pointer) => `/query/${parameterOf(pointer, names)}` },
  };
};

const TOP_PARAMETERS: Record<string, string> = { n: "top", by: "topBy", per: "topPer" };

const parameterOf = (pointer: string, filters: readonly string[]): string => {
  const [, field = "", second = "", third = ""] = pointer.split("/");
  if (field === "top") return TOP_PARAMETERS[second] ?? "top";
  return field === "filter" ? (filters[Number(third)] ?? "filter") : field;
};
