import { OpenAPIHono } from "@hono/zod-openapi";
import { toPointer } from "@masthead/shared/policy/parse";
import type { AppEnv } from "./context.js";
import { ApiError } from "./problem.js";

const PLACE: Record<string, string> = {
  query: "/query",
  param: "/path",
  header: "/header",
  cookie: "/cookie",
  json: "",
  form: "",
};

/**
 * A router whose invalid requests become problems: parameters `invalid_parameters` (400), documents `invalid_document`
 * (422), each with JSON Pointers.
 */
export const createRouter = (): OpenAPIHono<AppEnv> =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const place = PLACE[result.target] ?? "";
      const errors = result.error.issues.map((issue) => ({
        pointer: place + toPointer(issue.path),
        message: issue.message,
      }));
      const code = place === "" ? "invalid_document" : "invalid_parameters";
      throw new ApiError(code, errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; "), {
        errors,
      });
    },
  });
