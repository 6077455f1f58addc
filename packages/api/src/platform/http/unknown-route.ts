import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppContext, AppEnv } from "./context.js";
import { ApiError } from "./problem.js";

const asPattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\\\{[^}]+\\\}|:[^/]+/g, "[^/]+")}$`);

/**
 * What is said where no route answers: 405 with `Allow` where the path is known under other methods, else 404.
 *
 * @param advice for a path, as OpenAPI writes it: what to do instead
 * @returns the error to throw, by request
 */
export function unknownRoute(
  app: OpenAPIHono<AppEnv>,
  advice: Readonly<Record<string, string>> = {},
): (c: AppContext) => ApiError {
  const advices = Object.entries(advice).map(([path, text]) => ({ pattern: asPattern(path), text }));
  const methods = new Map<string, { pattern: RegExp; allowed: Set<string> }>();
  for (const { path, method } of app.routes) {
    if (method === "ALL" || path.includes("*")) continue;
    const known = methods.get(path) ?? { pattern: asPattern(path), allowed: new Set<string>() };
    known.allowed.add(method);
    if (method === "GET") known.allowed.add("HEAD");
    methods.set(path, known);
  }
  return (c) => {
    const allowed = [...methods.values()]
      .filter(({ pattern }) => pattern.test(c.req.path))
      .flatMap((known) => [...known.allowed]);
    if (allowed.length === 0 || allowed.includes(c.req.method)) {
      return new ApiError("not_found", `nothing is at ${c.req.path}`);
    }
    const allow = [...new Set(allowed)].sort().join(", ");
    const instead = advices.find(({ pattern }) => pattern.test(c.req.path))?.text;
    const detail = `${c.req.method} is not known here: ${allow}${instead ? `. ${instead}` : ""}`;
    return new ApiError("method_not_allowed", detail, {
      headers: { allow },
    });
  };
}
