import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Permission, permissionFor } from "../features/auth/index.js";
import type { AppEnv } from "../platform/http/context.js";
import { PROBLEMS, type ProblemCode } from "../platform/http/problem.js";
import { PROBLEM_MEDIA_TYPE } from "../platform/http/problem-schema.js";

export type OpenApiDocument = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;
type PathItem = NonNullable<OpenApiDocument["paths"]>[string];
interface Operation {
  "x-permission"?: Permission;
  responses?: Record<string, unknown>;
}

const refusal = (code: ProblemCode) => ({
  [PROBLEMS[code].status]: {
    description: `\`${code}\`: ${PROBLEMS[code].title}`,
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
  },
});
const REFUSALS = { ...refusal("forbidden"), ...refusal("too_many_requests") };

const DESCRIPTION = [
  "What goes over the fleet's APIs, and which policies say what may be seen of it.",
  "Own fields are camelCase; attributes have OpenTelemetry's dotted names. Times are RFC 3339 in UTC with microseconds; durations end in `Ms`.",
  "Errors are `application/problem+json` with a stable `code`.",
  "Each key may make so many requests a second: `RateLimit-Policy` says how many in what time, `RateLimit` how many are left and when there are more.",
].join("\n\n");

/** The document of all routes that the app has. */
export const describeApi = (app: OpenAPIHono<AppEnv>): OpenApiDocument => {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Masthead",
      version: "1",
      description: DESCRIPTION,
      license: { name: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "This server." }],
    security: [{ key: [] }],
    tags: [
      { name: "Policies", description: "What agents may capture." },
      { name: "Agents", description: "Who captures, how well, and what was lost." },
      { name: "Exchanges", description: "Requests and their responses, one by one." },
      {
        name: "Usage",
        description: "Counts, sizes and latencies, complete even where exchanges are sampled.",
      },
      { name: "Reports", description: "What each tenant used." },
      { name: "Deliveries", description: "Where sealed reports are sent, and what became of it." },
      { name: "Keys", description: "Who may ask, and for what." },
      { name: "Audit", description: "Who changed what: append-only, and chained by hash." },
      { name: "Operations", description: "For whoever runs this server." },
    ],
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) describeAccess(path, item);
  return document;
};

/** Adds to each route what the key that it asks for has to be able to do, and the answers where it is not. */
const describeAccess = (path: string, item: PathItem): void => {
  for (const [method, operation] of Object.entries(item)) {
    const permission = permissionFor(method.toUpperCase(), path);
    if (permission === undefined || !path.startsWith("/v1/")) continue;
    const described = operation as Operation;
    described["x-permission"] = permission;
    described.responses = { ...REFUSALS, ...described.responses };
  }
};

export const registerSecurity = (app: OpenAPIHono<AppEnv>): void => {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "A key of this control plane: `Authorization: Bearer mh_…`.",
  });
};
