import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { ApiError } from "../../platform/http/problem.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import type { DestinationLimits } from "./deliveries.ports.js";
import {
  destinationDocumentSchema,
  destinationPageSchema,
  destinationPathSchema,
  destinationSchema,
} from "./destinations.schema.js";
import {
  addDestination,
  changeDestination,
  deleteDestination,
  getDestination,
  getDestinations,
} from "./destinations.service.js";

const tags = ["Deliveries"];
const JSON_TYPE = "application/json";
const body = { required: true, content: { [JSON_TYPE]: { schema: destinationDocumentSchema } } };
const answered = (description: string) => ({
  description,
  headers: { ETag: { description: "Its revision.", schema: { type: "string" as const } } },
  content: { [JSON_TYPE]: { schema: destinationSchema } },
});
const refusals = problemResponses(
  ...(["unreadable_document", "invalid_document", "unauthenticated", "forbidden", "not_configured"] as const),
);

const list = createRoute({
  method: "get",
  path: "/v1/destinations",
  tags,
  summary: "List destinations by id",
  request: { query: pageQuerySchema },
  responses: {
    200: {
      description: "A page of destinations.",
      content: { [JSON_TYPE]: { schema: destinationPageSchema } },
    },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated", "forbidden"),
  },
});
const add = createRoute({
  method: "post",
  path: "/v1/destinations",
  tags,
  summary: "Add a destination",
  description: "Reports that are sealed from now on are sent there.",
  request: { body },
  responses: { 201: answered("The destination."), ...refusals, ...problemResponses("conflict") },
});
const get = createRoute({
  method: "get",
  path: "/v1/destinations/{id}",
  tags,
  summary: "Read a destination",
  request: { params: destinationPathSchema },
  responses: {
    200: answered("The destination."),
    ...problemResponses("unauthenticated", "forbidden", "not_found"),
  },
});
const change = createRoute({
  method: "put",
  path: "/v1/destinations/{id}",
  tags,
  summary: "Replace a destination",
  description:
    "`If-Match` with its `ETag` guards against a lost update. To rotate a webhook's key, put the new one and the old one, and later the new one alone.",
  request: { params: destinationPathSchema, body },
  responses: {
    200: answered("The destination."),
    ...refusals,
    ...problemResponses("not_found", "precondition_failed"),
  },
});
const remove = createRoute({
  method: "delete",
  path: "/v1/destinations/{id}",
  tags,
  summary: "Delete a destination",
  description: "Deliveries that are on their way there are cancelled.",
  request: { params: destinationPathSchema },
  responses: {
    204: { description: "It is gone." },
    ...problemResponses("unauthenticated", "forbidden", "not_found"),
  },
});

const revisionIn = (ifMatch: string | undefined): number | undefined => {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const revision = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (revision === undefined)
    throw new ApiError("precondition_failed", 'If-Match is the ETag of the destination, such as "3"');
  return Number(revision);
};

/** Routes of destinations. */
export function destinationsRoutes(deps: Deps, limits: DestinationLimits): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const fingerprint = queryFingerprint({ list: "destinations" });

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, z.string().max(64));
    const found = await getDestinations(deps, { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return c.json({ items, nextCursor: last ? encodeCursor(fingerprint, last.id) : null }, 200);
  });

  router.openapi(add, async (c) => {
    const made = await addDestination(deps, { limits, principal: c.var.principal }, c.req.valid("json"));
    return c.json(made, 201, { etag: `"${made.revision}"`, location: `/v1/destinations/${made.id}` });
  });

  router.openapi(get, async (c) => {
    const found = await getDestination(deps, c.req.valid("param").id);
    return c.json(found, 200, { etag: `"${found.revision}"` });
  });

  router.openapi(change, async (c) => {
    const { id } = c.req.valid("param");
    const ifMatch = revisionIn(c.req.header("if-match"));
    const changed = await changeDestination(
      deps,
      { limits, principal: c.var.principal },
      { id, ifMatch },
      c.req.valid("json"),
    );
    return c.json(changed, 200, { etag: `"${changed.revision}"` });
  });

  router.openapi(remove, async (c) => {
    await deleteDestination(deps, c.var.principal, c.req.valid("param").id);
    return c.body(null, 204);
  });

  return router;
}
