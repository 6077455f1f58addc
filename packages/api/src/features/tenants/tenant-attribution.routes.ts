import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  tenantAttributionSchema,
  unknownConsumerSchema,
  unknownConsumersShape,
} from "@masthead/shared/http/tenant-resource";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { rangeQueryShape } from "../../platform/http/instant.js";
import { PAGE_LIMIT_DEFAULT, pageQueryShape, pageSchema } from "../../platform/http/page.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { dayRangeOf, getAttribution, getUnknownConsumers } from "./attribution-answers.service.js";
import { tags } from "./registry.routes.js";
import { tenantPathSchema } from "./tenants.schema.js";

const JSON_TYPE = "application/json";
const dayRangeShape = {
  from: rangeQueryShape.from.clone().openapi({
    type: "string",
    format: "date-time",
    description: "Start, inclusive: RFC 3339; widened to its day in UTC. Default: 30 days before `to`.",
  }),
  to: rangeQueryShape.to,
};

const attribution = createRoute({
  method: "get",
  path: "/v1/tenants/{id}/attribution",
  tags,
  summary: "Read how a tenant's requests came to be its own",
  description:
    "By its policy at the agent, by a registered fingerprint when they came in, or later, when their fingerprint was registered: with the progress of what is under way.",
  request: { params: tenantPathSchema, query: z.object(dayRangeShape) },
  responses: {
    200: {
      description: "The tenant's attribution.",
      content: {
        [JSON_TYPE]: {
          schema: tenantAttributionSchema
            .clone()
            .openapi("TenantAttribution", { description: "How requests came to be a tenant's." }),
        },
      },
    },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found"),
  },
});

const consumers = createRoute({
  method: "get",
  path: "/v1/tenants/unattributed/consumers",
  tags,
  summary: "List callers whom no tenant is known for, most requests first",
  description:
    "What is counted as `unattributed`, by the fingerprints of the credentials that came with it, and tenants that are fingerprints themselves. Register a fingerprint with its tenant and what was counted follows.",
  request: { query: z.object({ ...dayRangeShape, ...pageQueryShape }) },
  responses: {
    200: {
      description: "A page of unknown consumers.",
      content: {
        [JSON_TYPE]: {
          schema: pageSchema(
            unknownConsumerSchema
              .clone()
              .openapi("UnknownConsumer", { description: "A caller whom no tenant is known for." }),
          )
            .extend(unknownConsumersShape)
            .openapi("UnknownConsumerPage", { description: "Unknown consumers, most requests first." }),
        },
      },
    },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

/** The range of the first page, then the last item. */
const count = z.int().nonnegative();
const positionSchema = z.tuple([count, count, count, z.string().max(128).nullable()]);

/** Routes of how tenants are found. */
export function tenantAttributionRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(attribution, async (c) =>
    c.json(
      await getAttribution(deps, scopeOf(c.var.principal), c.req.valid("param").id, c.req.valid("query")),
      200,
    ),
  );

  router.openapi(consumers, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor, from, to } = c.req.valid("query");
    const fingerprint = queryFingerprint({ list: "unknown consumers", from, to });
    const position = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, positionSchema);
    const range = position ? { from: position[0], to: position[1] } : dayRangeOf({ from, to }, deps.now());
    const after = position && { requests: position[2], fingerprint: position[3] };
    const page = { after, limit: limit + 1 };
    const found = await getUnknownConsumers(deps, scopeOf(c.var.principal), range, page);
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    const next = last && [range.from, range.to, last.requests, last.fingerprint];
    return c.json(
      {
        items,
        nextCursor: next ? encodeCursor(fingerprint, next) : null,
        range: { from: toRfc3339(range.from * 1e6), to: toRfc3339(range.to * 1e6) },
      },
      200,
    );
  });

  return router;
}
