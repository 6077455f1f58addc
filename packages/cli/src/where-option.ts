import type { UsageFilter } from "@masthead/client";
import { UsageError } from "./settings.js";

export const WHERE_HELP = "name=a,b  name!=a,b  name^=prefix  (null: unknown; \\, is a comma in a value)";

const CONDITION = /^([^=!^]+)(=|!=|\^=)(.*)$/s;

/** Splits at commas that no backslash stands before. */
const listOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|,)((?:\\.|[^,\\])*)/gs)].map(([, value = ""]) => value.replaceAll(/\\(.)/gs, "$1"));

const knownOrNull = (text: string): string | null => (text === "null" ? null : text);

/** One `--where`. @throws UsageError */
export const conditionOf = (text: string): UsageFilter => {
  const [, dimension, operator, value = ""] = CONDITION.exec(text) ?? [];
  if (dimension === undefined) throw new UsageError(`--where takes ${WHERE_HELP}, not ${text}`);
  if (operator === "^=") return { dimension, prefix: listOf(value).join(",") };
  const values = listOf(value).map(knownOrNull);
  const [first = null] = values;
  if (operator === "=") return values.length > 1 ? { dimension, in: values } : { dimension, eq: first };
  return values.length > 1 ? { dimension, nin: values } : { dimension, ne: first };
};

/** All of them have to hold. @throws UsageError */
export const filterOf = (wheres: readonly string[]): UsageFilter | undefined => {
  const conditions = wheres.map(conditionOf);
  return conditions.length > 1 ? { and: conditions } : conditions[0];
};
