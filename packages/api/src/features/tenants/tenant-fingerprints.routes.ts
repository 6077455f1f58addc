import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { readDocument } from "../../platform/http/document.js";
import { entityTag } from "../../platform/http/precondition.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { changeOf, etagHeader, precondition, tags } from "./registry.routes.js";
import {
  documentContent,
  readFingerprintDocument,
  tenantFingerprintPathSchema,
  tenantPathSchema,
  tenantSchema,
} from "./tenants.schema.js";
import { addFingerprint, dropFingerprint } from "./tenants.service.js";

const JSON_TYPE = "application/json";

const add = createRoute({
  method: "post",
  path: "/v1/tenants/{id}/fingerprints",
  tags,
  summary: "Attribute a credential to a tenant",
  description:
    "Adds a fingerprint to a registered tenant. What was counted under `unattributed` or under the fingerprint itself follows in steps: see `attribution`. One that is there already changes nothing.",
  request: {
    params: tenantPathSchema,
    body: { required: true, content: documentContent("TenantFingerprint") },
  },
  parameters: [precondition("Add")],
  responses: {
    200: {
      description: "It is the tenant's already.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: tenantSchema } },
    },
    201: { description: "Added.", headers: etagHeader, content: { [JSON_TYPE]: { schema: tenantSchema } } },
    ...problemResponses(
      "unreadable_document",
      "invalid_parameters",
      "unauthenticated",
      "not_found",
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
  path: "/v1/tenants/{id}/fingerprints/{fingerprint}",
  tags,
  summary: "Take a credential from a tenant",
  description:
    "What comes with it from now on is nobody's known. Nothing is moved back: what was counted as this tenant's stays so, and a move under way ends where it is.",
  request: { params: tenantFingerprintPathSchema },
  parameters: [precondition("Remove")],
  responses: {
    204: { description: "Removed; what was counted stays." },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "precondition_failed"),
  },
});

/** Routes of the fingerprints of tenants. */
export function tenantFingerprintsRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(add, async (c) => {
    const { fingerprint } = readFingerprintDocument(await readDocument(c));
    const { tenant, outcome } = await addFingerprint(deps, changeOf(c, c.req.valid("param").id), fingerprint);
    return c.json(tenant, outcome === "unchanged" ? 200 : 201, { etag: entityTag(tenant.revision ?? 0) });
  });

  router.openapi(remove, async (c) => {
    const { id, fingerprint } = c.req.valid("param");
    await dropFingerprint(deps, changeOf(c, id), fingerprint);
    return c.body(null, 204);
  });

  return router;
}
