import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../platform/http/context.js";

export type OpenApiDocument = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;

const DESCRIPTION = [
  "What goes over the fleet's APIs, and which policies say what may be seen of it.",
  "Own fields are camelCase; attributes have OpenTelemetry's dotted names. Times are RFC 3339 in UTC with microseconds; durations end in `Ms`.",
  "Errors are `application/problem+json` with a stable `code`.",
].join("\n\n");

/** The document of all routes that the app has. */
export const describeApi = (app: OpenAPIHono<AppEnv>): OpenApiDocument =>
  app.getOpenAPI31Document({
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
      { name: "Operations", description: "For whoever runs this server." },
    ],
  });

export const registerSecurity = (app: OpenAPIHono<AppEnv>): void => {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "A key of this control plane: `Authorization: Bearer mh_…`.",
  });
};
