import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { auditPageSchema, auditQuerySchema } from "./audit.schema.js";
import { getAudit } from "./audit.service.js";

const list = createRoute({
  method: "get",
  path: "/v1/audit",
  tags: ["Audit"],
  summary: "List changes, the newest first",
  description:
    "Each entry's `hash` is the SHA-256 of its canonical JSON (RFC 8785) without that field, and `previousHash` binds it to the one before: an entry that was changed or taken out does not fit any more. `masthead audit verify` checks all of them.",
  request: { query: auditQuerySchema },
  responses: {
    200: {
      description: "A page of entries.",
      content: { "application/json": { schema: auditPageSchema } },
    },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

/** Routes of the audit log. */
export function auditRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(list, async (c) =>
    c.json(await getAudit(deps, scopeOf(c.var.principal), c.req.valid("query")), 200),
  );
  return router;
}
