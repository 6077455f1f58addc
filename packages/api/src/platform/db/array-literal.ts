/** Postgres array literals, for `${textArray(values)}::text[]`: one parameter for a whole column of rows. */

const ESCAPED = /["\\]/;
const ESCAPED_ALL = /["\\]/g;

/** One text as an element of an array literal. */
export const quoted = (value: string): string =>
  `"${ESCAPED.test(value) ? value.replace(ESCAPED_ALL, "\\$&") : value}"`;

/** Any type whose text form needs quoting: text, jsonb, uuid. Null and undefined become NULL. */
export const textArray = (values: readonly (string | null | undefined)[]): string => {
  let literal = "{";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) literal += ",";
    literal += value === null || value === undefined ? "NULL" : quoted(value);
  }
  return `${literal}}`;
};

/** Numbers and booleans, whose text form needs no quoting. */
export const plainArray = (values: readonly (number | bigint | boolean | null | undefined)[]): string => {
  let literal = "{";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) literal += ",";
    literal += value === null || value === undefined ? "NULL" : value;
  }
  return `${literal}}`;
};

/** Between JSON texts: a character that JSON itself has to escape. */
const SEPARATOR = "\u0001";

/**
 * JSON texts for `${jsonColumn(values)}` in `string_to_array(…, E'\x01', '')`: no quote in them needs escaping.
 * Null and undefined become NULL.
 */
export const jsonColumn = (values: readonly (string | null | undefined)[]): string =>
  values.map((value) => value ?? "").join(SEPARATOR);

/** The column of all of these, one after the other. */
export const joinJsonColumns = (columns: readonly string[]): string => columns.join(SEPARATOR);

/** The array literal of elements that are text already. */
export const listOf = (elements: readonly string[]): string => `{${elements.join(",")}}`;
