import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { registrableTenantIdSchema } from "@masthead/shared/http/tenant-resource";
import type { Deps } from "../../deps.js";
import { type AppContext, type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { readDocument } from "../../platform/http/document.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { entityTag, isUnchanged } from "../../platform/http/precondition.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import {
  documentComponents,
  documentContent,
  readTenantDocument,
  tenantIdSchema,
  tenantPageSchema,
  tenantPathSchema,
  tenantSchema,
} from "./tenants.schema.js";
import { deleteTenant, getTenant, getTenants, putTenant, type TenantChange } from "./tenants.service.js";

export const tags = ["Tenants"];
const JSON_TYPE = "application/json";

export const etagHeader = {
  ETag: { description: "The registration's revision, for `If-Match`.", schema: { type: "string" } },
} as const;
export const precondition = (verb: string) =>
  ({
    name: "If-Match",
    in: "header",
    required: false,
    description: `${verb} only if the registration is still at this \`ETag\`; otherwise 412. \`*\`: only if it exists.`,
    schema: { type: "string" },
  }) as const;

/** What a request that changes a tenant says beside its document. */
export const changeOf = (c: AppContext, id: string): TenantChange => ({
  id,
  precondition: { ifMatch: c.req.header("if-match"), ifNoneMatch: c.req.header("if-none-match") },
  principal: c.var.principal,
});

const list = createRoute({
  method: "get",
  path: "/v1/tenants",
  tags,
  summary: "List tenants by id",
  description:
    "Tenants that are registered, and those that were seen: as policies found them, `unattributed` (nobody known) and `invalid` (no tenant id) among them.",
  request: { query: pageQuerySchema },
  responses: {
    200: { description: "A page of tenants.", content: { [JSON_TYPE]: { schema: tenantPageSchema } } },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/tenants/{id}",
  tags,
  summary: "Read one tenant",
  request: { params: tenantPathSchema },
  responses: {
    200: {
      description: "The tenant. An `ETag` comes where it is registered.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: tenantSchema } },
    },
    304: { description: "Its registration is still at the revision in `If-None-Match`." },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found"),
  },
});

const put = createRoute({
  method: "put",
  path: "/v1/tenants/{id}",
  tags,
  summary: "Register a tenant, or replace its registration",
  description:
    "Replaces name, labels and fingerprints; what is left out becomes empty. From then on, what comes with one of the fingerprints and without another tenant is counted as this tenant's. What was counted before under `unattributed` or under the fingerprint itself follows in steps: see `attribution`. A fingerprint that is left out is the tenant's no more; what was counted stays.",
  request: {
    params: tenantPathSchema.extend({
      id: registrableTenantIdSchema
        .clone()
        .openapi({ param: { name: "id", in: "path" }, description: "The tenant's id.", example: "acme" }),
    }),
    body: { required: true, content: documentContent("TenantDocument") },
  },
  parameters: [
    precondition("Replace"),
    {
      name: "If-None-Match",
      in: "header",
      required: false,
      description: "`*`: register only; 412 where it is registered.",
      schema: { type: "string" },
    },
  ],
  responses: {
    200: {
      description: "Replaced, or unchanged.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: tenantSchema } },
    },
    201: {
      description: "Registered.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: tenantSchema } },
    },
    ...problemResponses(
      "unreadable_document",
      "invalid_parameters",
      "unauthenticated",
      "conflict",
      "precondition_failed",
      "payload_too_large",
      "unsupported_media_type",
      "invalid_document",
    ),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/tenants/{id}",
  tags,
  summary: "Remove a tenant from the registry",
  description:
    "Its name, labels and fingerprints go, and a move under way ends where it is. Nothing is moved back: what was counted stays its own, and a tenant with usage stays in the list.",
  request: { params: tenantPathSchema },
  parameters: [precondition("Remove")],
  responses: {
    204: { description: "Removed." },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "precondition_failed"),
  },
});

/** Routes of tenants and their registry. */
export function registryRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  for (const [name, schema] of Object.entries(documentComponents))
    router.openAPIRegistry.register(name, schema.clone());
  const fingerprint = queryFingerprint({ list: "tenants" });

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, tenantIdSchema);
    const found = await getTenants(deps, scopeOf(c.var.principal), { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return c.json({ items, nextCursor: last ? encodeCursor(fingerprint, last.id) : null }, 200);
  });

  router.openapi(get, async (c) => {
    const tenant = await getTenant(deps, scopeOf(c.var.principal), c.req.valid("param").id);
    if (tenant.revision === null) return c.json(tenant, 200);
    const etag = entityTag(tenant.revision);
    return isUnchanged(c.req.header("if-none-match"), tenant.revision)
      ? c.body(null, 304, { etag })
      : c.json(tenant, 200, { etag });
  });

  router.openapi(put, async (c) => {
    const { id } = c.req.valid("param");
    const document = readTenantDocument(await readDocument(c));
    const { tenant, outcome } = await putTenant(deps, changeOf(c, id), document);
    const headers = { etag: entityTag(tenant.revision ?? 0) };
    return outcome === "created"
      ? c.json(tenant, 201, { ...headers, location: `/v1/tenants/${encodeURIComponent(id)}` })
      : c.json(tenant, 200, headers);
  });

  router.openapi(remove, async (c) => {
    await deleteTenant(deps, changeOf(c, c.req.valid("param").id));
    return c.body(null, 204);
  });

  return router;
}
