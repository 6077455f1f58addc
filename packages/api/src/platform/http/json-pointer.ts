/** JSON Pointer (RFC 6901) of a path such as zod reports it. The root is the empty string. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
