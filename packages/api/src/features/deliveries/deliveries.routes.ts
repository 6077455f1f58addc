import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { PAGE_LIMIT_DEFAULT } from "../../platform/http/page.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import {
  deliveryDetailSchema,
  deliveryPageSchema,
  deliveryPathSchema,
  deliveryPositionSchema,
  deliveryQuerySchema,
  type deliverySchema,
} from "./deliveries.schema.js";
import { getDeliveries, getDelivery, resendDelivery } from "./deliveries.service.js";
import type { Attempt, Delivery } from "./deliveries.store.js";

const tags = ["Deliveries"];
const JSON_TYPE = "application/json";
const detail = { [JSON_TYPE]: { schema: deliveryDetailSchema } };

const list = createRoute({
  method: "get",
  path: "/v1/deliveries",
  tags,
  summary: "List deliveries, newest first",
  request: { query: deliveryQuerySchema },
  responses: {
    200: { description: "A page of deliveries.", content: { [JSON_TYPE]: { schema: deliveryPageSchema } } },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated", "forbidden"),
  },
});
const get = createRoute({
  method: "get",
  path: "/v1/deliveries/{id}",
  tags,
  summary: "Read a delivery and its attempts",
  request: { params: deliveryPathSchema },
  responses: {
    200: { description: "The delivery.", content: detail },
    ...problemResponses("invalid_parameters", "unauthenticated", "forbidden", "not_found"),
  },
});
const resend = createRoute({
  method: "post",
  path: "/v1/deliveries/{id}/resend",
  tags,
  summary: "Send a delivery again",
  description: "Whatever became of it: it is due now, with the same id.",
  request: { params: deliveryPathSchema },
  responses: {
    202: { description: "It will be sent.", content: detail },
    ...problemResponses("invalid_parameters", "unauthenticated", "forbidden", "not_found"),
  },
});

const toResource = (delivery: Delivery): z.infer<typeof deliverySchema> => ({
  id: delivery.id,
  destinationId: delivery.destinationId,
  tenantId: delivery.tenantId,
  period: delivery.period,
  version: delivery.version,
  form: delivery.form,
  state: delivery.state,
  attempts: delivery.attempts,
  nextAttemptAt: delivery.state === "pending" ? toRfc3339(delivery.nextAttemptAtUs) : null,
  createdAt: toRfc3339(delivery.createdAtUs),
  settledAt: delivery.settledAtUs === null ? null : toRfc3339(delivery.settledAtUs),
});

const toDetail = ({ delivery, attempts }: { delivery: Delivery; attempts: Attempt[] }) => ({
  ...toResource(delivery),
  log: attempts.map(({ startedAtUs, ...attempt }) => ({ ...attempt, startedAt: toRfc3339(startedAtUs) })),
});

/** Routes of deliveries. */
export function deliveriesRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor, destination, tenant, state } = c.req.valid("query");
    const fingerprint = queryFingerprint({ list: "deliveries", destination, tenant, state });
    const after =
      cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, deliveryPositionSchema);
    const filter = { destinationId: destination, tenantId: tenant, state };
    const found = await getDeliveries(deps, filter, { after, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    const position = last && { createdAtUs: last.createdAtUs, id: last.id };
    const nextCursor = position ? encodeCursor(fingerprint, position) : null;
    return c.json({ items: rows.map(toResource), nextCursor }, 200);
  });

  router.openapi(get, async (c) => c.json(toDetail(await getDelivery(deps, c.req.valid("param").id)), 200));

  router.openapi(resend, async (c) =>
    c.json(toDetail(await resendDelivery(deps, c.var.principal, c.req.valid("param").id)), 202),
  );

  return router;
}
