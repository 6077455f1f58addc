import { FLOOR_HEADERS, FLOOR_QUERY_PARAMETERS, NOT_CREDENTIALS } from "./floor-names.js";

export { FLOOR_HEADERS, FLOOR_QUERY_PARAMETERS, NOT_CREDENTIALS } from "./floor-names.js";

export interface LocalFloor {
  readonly headers?: readonly string[];
  readonly queryParameters?: readonly string[];
}

/** What may never be kept. Made by {@link extendFloor}, which can only add. */
export interface Floor {
  /** Is this header on the floor? Any case. */
  hasHeader(name: string): boolean;
  /** Is this query parameter, or a part of it, on the floor? Any case, percent-encoded or not. */
  hasQueryParameter(name: string): boolean;
}

const squash = (name: string): string => name.toLowerCase().replace(/[-_.]/g, "");

interface Names {
  readonly exact: ReadonlySet<string>;
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly around: readonly (readonly [string, string])[];
}

const compile = (patterns: readonly string[]): Names => {
  const exact = new Set<string>();
  const starts: string[] = [];
  const ends: string[] = [];
  const around: [string, string][] = [];
  for (const pattern of patterns) {
    const star = pattern.indexOf("*");
    if (star === -1) exact.add(squash(pattern));
    else {
      if (pattern.indexOf("*", star + 1) !== -1) throw new RangeError(`floor: more than one * in ${pattern}`);
      const before = squash(pattern.slice(0, star));
      const after = squash(pattern.slice(star + 1));
      if (before === "" && after === "") throw new RangeError("floor: * alone");
      if (after === "") starts.push(before);
      else if (before === "") ends.push(after);
      else around.push([before, after]);
    }
  }
  return { exact, starts, ends, around };
};

const has = (names: Names, squashed: string): boolean =>
  names.exact.has(squashed) ||
  names.starts.some((start) => squashed.startsWith(start)) ||
  names.ends.some((end) => squashed.endsWith(end)) ||
  names.around.some(
    ([before, after]) =>
      squashed.length >= before.length + after.length &&
      squashed.startsWith(before) &&
      squashed.endsWith(after),
  );

const decodeFully = (name: string): string => {
  let text = name;
  for (;;) {
    const next = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === text) return text;
    text = next;
  }
};

const notCredentials = new Set(NOT_CREDENTIALS.map(squash));
const builtInHeaders = compile(FLOOR_HEADERS);
const builtInQueryParameters = compile(FLOOR_QUERY_PARAMETERS);

/**
 * The floor, with a host's own additions (names or patterns with one `*`).
 * @throws RangeError when a pattern has more than one `*` or nothing else.
 */
export const extendFloor = (local: LocalFloor): Floor => {
  const headers = compile(local.headers ?? []);
  const queryParameters = compile(local.queryParameters ?? []);
  const forbids = (own: Names, builtIn: Names, squashed: string): boolean =>
    has(own, squashed) || (has(builtIn, squashed) && !notCredentials.has(squashed));
  return {
    hasHeader: (name) => forbids(headers, builtInHeaders, squash(name)),
    hasQueryParameter: (name) => {
      const decoded = decodeFully(name);
      return [decoded, ...decoded.split(/[^\w.-]+/)].some(
        (part) => part !== "" && forbids(queryParameters, builtInQueryParameters, squash(part)),
      );
    },
  };
};

/** The floor without local additions. */
export const FLOOR: Floor = extendFloor({});
export const isFloorHeader = (name: string): boolean => FLOOR.hasHeader(name);
export const isFloorQueryParameter = (name: string): boolean => FLOOR.hasQueryParameter(name);
