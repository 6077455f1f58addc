import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { checkJsonOrNothing } from "../../platform/http/document.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { toKeyResource } from "./keys.rules.js";
import {
  keyPageSchema,
  keyPathSchema,
  keySchema,
  madeKeySchema,
  newKeySchema,
  rotationSchema,
} from "./keys.schema.js";
import { createKey, deleteKey, getKey, getKeys, rotateKey } from "./keys.service.js";

const tags = ["Keys"];
const JSON_TYPE = "application/json";
const SECRET = { "cache-control": "no-store" };

const list = createRoute({
  method: "get",
  path: "/v1/keys",
  tags,
  summary: "List keys, the oldest first",
  request: { query: pageQuerySchema },
  responses: {
    200: { description: "A page of keys.", content: { [JSON_TYPE]: { schema: keyPageSchema } } },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/keys/{id}",
  tags,
  summary: "Read one key",
  request: { params: keyPathSchema },
  responses: {
    200: { description: "The key.", content: { [JSON_TYPE]: { schema: keySchema } } },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found"),
  },
});

const create = createRoute({
  method: "post",
  path: "/v1/keys",
  tags,
  summary: "Make a key",
  description:
    "The answer holds the key, which is shown this once and stored nowhere. It can do no more than the key that makes it.",
  request: { body: { required: true, content: { [JSON_TYPE]: { schema: newKeySchema } } } },
  responses: {
    201: { description: "Made. Secret.", content: { [JSON_TYPE]: { schema: madeKeySchema } } },
    ...problemResponses(
      "unreadable_document",
      "unauthenticated",
      "forbidden",
      "conflict",
      "invalid_document",
    ),
  },
});

const rotate = createRoute({
  method: "post",
  path: "/v1/keys/{id}/rotate",
  tags,
  summary: "Give a key a new secret",
  description:
    "The secret there is stays valid for `overlapMs` more, so that whoever uses it can change over without a gap. With 0 it ends at once, as does one from before an earlier rotation.",
  request: {
    params: keyPathSchema,
    body: { required: false, content: { [JSON_TYPE]: { schema: rotationSchema } } },
  },
  responses: {
    200: { description: "Rotated. Secret.", content: { [JSON_TYPE]: { schema: madeKeySchema } } },
    ...problemResponses(
      "unreadable_document",
      "invalid_parameters",
      "unauthenticated",
      "forbidden",
      "not_found",
      "conflict",
      "unsupported_media_type",
      "invalid_document",
    ),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/keys/{id}",
  tags,
  summary: "Delete a key",
  description:
    "It is not let in from now on, and does not come back. The last admin key that does not expire cannot be deleted.",
  request: { params: keyPathSchema },
  responses: {
    204: { description: "Deleted." },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "conflict"),
  },
});

const positionSchema = z.tuple([z.int().nonnegative(), z.string().regex(/^[0-9a-f]{16}$/)]);

/** Routes of keys. */
export function keysRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const fingerprint = queryFingerprint({ list: "keys" });

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const position = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, positionSchema);
    const after = position && { createdAtUs: position[0], id: position[1] };
    const found = await getKeys(deps, scopeOf(c.var.principal), { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return c.json(
      {
        items: items.map((key) => toKeyResource(key, deps.now())),
        nextCursor: last ? encodeCursor(fingerprint, [last.createdAtUs, last.id]) : null,
      },
      200,
    );
  });

  router.openapi(get, async (c) =>
    c.json(await getKey(deps, scopeOf(c.var.principal), c.req.valid("param").id), 200),
  );

  router.openapi(create, async (c) => {
    const made = await createKey(deps, c.var.principal, c.req.valid("json"));
    return c.json(made, 201, { ...SECRET, location: `/v1/keys/${made.id}` });
  });

  router.openapi(rotate, async (c) => {
    checkJsonOrNothing(c);
    const { overlapMs } = rotationSchema.parse(c.req.valid("json") ?? {});
    const rotated = await rotateKey(deps, c.var.principal, { id: c.req.valid("param").id, overlapMs });
    return c.json(rotated, 200, SECRET);
  });

  router.openapi(remove, async (c) => {
    await deleteKey(deps, c.var.principal, c.req.valid("param").id);
    return c.body(null, 204);
  });

  return router;
}
