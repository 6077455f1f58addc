import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { capturePolicySchema } from "@masthead/shared/policy/schema";
import { stringify } from "yaml";
import { z } from "zod";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { readDocument } from "../../platform/http/document.js";
import { negotiate } from "../../platform/http/negotiate.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { entityTag, isUnchanged } from "../../platform/http/precondition.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import {
  policyPageSchema,
  policyPathSchema,
  policySchema,
  savedPolicySchema,
  toResource,
} from "./policies.schema.js";
import { deletePolicy, getPolicies, getPolicy, putPolicy } from "./policies.service.js";

const tags = ["Policies"];
const YAML = "application/yaml";
const JSON_TYPE = "application/json";

const etagHeader = {
  ETag: { description: "The policy's revision, for `If-Match`.", schema: { type: "string" } },
} as const;
const precondition = (verb: string) =>
  ({
    name: "If-Match",
    in: "header",
    required: false,
    description: `${verb} only if the policy is still at this \`ETag\`; otherwise 412. \`*\`: only if it exists.`,
    schema: { type: "string" },
  }) as const;

const list = createRoute({
  method: "get",
  path: "/v1/policies",
  tags,
  summary: "List policies by name",
  request: { query: pageQuerySchema },
  responses: {
    200: { description: "A page of policies.", content: { [JSON_TYPE]: { schema: policyPageSchema } } },
    ...problemResponses("invalid_parameters", "unauthenticated"),
  },
});

/** Read by hand, since the same document may come as JSON or as YAML; the schema here is only described. */
const documentContent = { schema: { $ref: "#/components/schemas/CapturePolicy" } };

const get = createRoute({
  method: "get",
  path: "/v1/policies/{name}",
  tags,
  summary: "Read one policy",
  description: "As `application/yaml` it is the document alone, ready to be edited and sent back.",
  request: { params: policyPathSchema },
  responses: {
    200: {
      description: "The policy.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: policySchema }, [YAML]: documentContent },
    },
    304: { description: "It is still at the revision in `If-None-Match`." },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "not_acceptable"),
  },
});

const put = createRoute({
  method: "put",
  path: "/v1/policies/{name}",
  tags,
  summary: "Create or replace a policy",
  description:
    "Takes the next number of the fleet's counter and publishes the fleet's policies to the agents. The document that is there already changes nothing and answers the present revision.",
  request: {
    params: policyPathSchema,
    body: { required: true, content: { [JSON_TYPE]: documentContent, [YAML]: documentContent } },
  },
  parameters: [
    precondition("Replace"),
    {
      name: "If-None-Match",
      in: "header",
      required: false,
      description: "`*`: create only; 412 where the policy exists.",
      schema: { type: "string" },
    },
  ],
  responses: {
    200: {
      description: "Replaced, or unchanged.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: savedPolicySchema } },
    },
    201: {
      description: "Created.",
      headers: etagHeader,
      content: { [JSON_TYPE]: { schema: savedPolicySchema } },
    },
    ...problemResponses(
      "unreadable_document",
      "invalid_parameters",
      "unauthenticated",
      "too_many_policies",
      "policy_set_too_large",
      "precondition_failed",
      "payload_too_large",
      "unsupported_media_type",
      "invalid_document",
    ),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/policies/{name}",
  tags,
  summary: "Delete a policy",
  description:
    "Takes the next number of the fleet's counter, which `Masthead-Revision` says. The name may be used again.",
  request: { params: policyPathSchema },
  parameters: [precondition("Delete")],
  responses: {
    204: {
      description: "Deleted.",
      headers: {
        "Masthead-Revision": { description: "The fleet's revision without it.", schema: { type: "integer" } },
      },
    },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "precondition_failed"),
  },
});

/** Routes of capture policies. */
export function policiesRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openAPIRegistry.register("CapturePolicy", capturePolicySchema.clone());
  const fingerprint = queryFingerprint({ list: "policies" });

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, z.string());
    const found = await getPolicies(deps, scopeOf(c.var.principal), { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return c.json(
      { items: items.map(toResource), nextCursor: last ? encodeCursor(fingerprint, last.name) : null },
      200,
    );
  });

  router.openapi(get, async (c) => {
    const type = negotiate(c, [JSON_TYPE, YAML]);
    const policy = await getPolicy(deps, scopeOf(c.var.principal), c.req.valid("param").name);
    const etag = entityTag(policy.revision);
    c.header("Vary", "Accept");
    if (isUnchanged(c.req.header("if-none-match"), policy.revision)) return c.body(null, 304, { etag });
    return type === YAML
      ? c.body(stringify(policy.document), 200, { etag, "content-type": YAML })
      : c.json(toResource(policy), 200, { etag });
  });

  router.openapi(put, async (c) => {
    const { name } = c.req.valid("param");
    const { policy, outcome, published } = await putPolicy(deps, c.var.principal, {
      name,
      document: await readDocument(c),
      precondition: { ifMatch: c.req.header("if-match"), ifNoneMatch: c.req.header("if-none-match") },
    });
    const headers = { etag: entityTag(policy.revision) };
    const body = { ...toResource(policy), published };
    return outcome === "created"
      ? c.json(body, 201, { ...headers, location: `/v1/policies/${name}` })
      : c.json(body, 200, headers);
  });

  router.openapi(remove, async (c) => {
    const { revision } = await deletePolicy(deps, c.var.principal, {
      name: c.req.valid("param").name,
      precondition: { ifMatch: c.req.header("if-match"), ifNoneMatch: c.req.header("if-none-match") },
    });
    return c.body(null, 204, { "masthead-revision": String(revision) });
  });

  return router;
}
