import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { agentResourceSchema } from "@masthead/shared/http/agent-resource";
import { agentIdSchema } from "@masthead/shared/ids";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema, pageSchema } from "../../platform/http/page.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import type { UserIssuer } from "../../platform/nats/credentials.js";
import { createCredentials, getAgent, getAgents } from "./agents.service.js";

const tags = ["Agents"];
const agentSchema = agentResourceSchema
  .clone()
  .openapi("Agent", { description: "An agent, by its last heartbeat." });
const agentPageSchema = pageSchema(agentSchema).openapi("AgentPage", { description: "Agents by id." });
const params = z.object({
  id: agentIdSchema.clone().openapi({
    param: { name: "id", in: "path" },
    description: "The agent's id.",
    example: "web-1",
  }),
});

const list = createRoute({
  method: "get",
  path: "/v1/agents",
  tags,
  summary: "List agents by id",
  request: { query: pageQuerySchema },
  responses: {
    200: { description: "A page of agents.", content: { "application/json": { schema: agentPageSchema } } },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/agents/{id}",
  tags,
  summary: "Read one agent",
  request: { params },
  responses: {
    200: { description: "The agent.", content: { "application/json": { schema: agentSchema } } },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found"),
  },
});

const credentials = createRoute({
  method: "post",
  path: "/v1/agents/{id}/credentials",
  tags,
  summary: "Make NATS credentials for an agent",
  description:
    "Answers a NATS creds file that lets its holder speak as this agent, and nothing else. It is shown once and stored nowhere. The agent need not have been heard of before.",
  request: { params },
  responses: {
    201: {
      description: "The creds file. Secret.",
      content: {
        "text/plain": {
          schema: z.string().openapi({ description: "JWT and seed, as NATS clients read them." }),
        },
      },
    },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_configured"),
  },
});

/** Routes of agents. @param issuer null where this control plane may not make credentials */
export function agentsRoutes(deps: Deps, issuer: UserIssuer | null): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const fingerprint = queryFingerprint({ list: "agents" });

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, z.string());
    const found = await getAgents(deps, scopeOf(c.var.principal), { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return c.json({ items, nextCursor: last ? encodeCursor(fingerprint, last.id) : null }, 200);
  });

  router.openapi(get, async (c) =>
    c.json(await getAgent(deps, scopeOf(c.var.principal), c.req.valid("param").id), 200),
  );

  router.openapi(credentials, async (c) => {
    const text = await createCredentials(issuer, c.req.valid("param").id);
    return c.text(text, 201, { "cache-control": "no-store" });
  });

  return router;
}
