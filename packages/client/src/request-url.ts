import { RequestError } from "./errors.js";

export type QueryValue = string | number | boolean | undefined;

const PARAMETER = /\{(\w+)\}/g;

/** A path parameter as one segment. `.` and `..` would name other paths, however they are encoded. */
const segment = (name: string, value: string | undefined): string => {
  if (value === undefined || value === "") throw new RequestError(`${name} is empty`);
  if (value === "." || value === "..")
    throw new RequestError(`${name} cannot be \`${value}\`: no URL can name it`);
  try {
    return encodeURIComponent(value);
  } catch {
    throw new RequestError(`${name} is no text: it holds half a character`);
  }
};

/**
 * @param base where the API is, with or without a path
 * @param template such as `/v1/policies/{name}`
 * @throws RequestError where a parameter cannot be named in a URL
 */
export const requestUrl = (
  base: string,
  template: string,
  path: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, QueryValue>> = {},
): string => {
  const filled = template.replace(PARAMETER, (_, name: string) => segment(name, path[name]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.append(name, String(value));
  const text = search.toString();
  return `${base.replace(/\/+$/, "")}${filled}${text === "" ? "" : `?${text}`}`;
};
