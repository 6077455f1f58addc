import { auditEntrySchema, auditHeadSchema } from "@masthead/shared/audit/entry";
import { agentResourceSchema } from "@masthead/shared/http/agent-resource";
import { deliveryDetailSchema, deliverySchema } from "@masthead/shared/http/delivery-resource";
import { destinationSchema } from "@masthead/shared/http/destination-resource";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { keyResourceSchema, keyWithSecretSchema } from "@masthead/shared/http/key-resource";
import { pageSchema } from "@masthead/shared/http/page";
import { policyResourceSchema, savedPolicySchema } from "@masthead/shared/http/policy-resource";
import { reportAnswerSchema } from "@masthead/shared/http/report-schema";
import { reportLinkSchema, sealedReportItemSchema } from "@masthead/shared/http/sealed-report-schema";
import {
  tenantAttributionSchema,
  tenantItemSchema,
  tenantResourceSchema,
  unknownConsumerSchema,
  unknownConsumersShape,
} from "@masthead/shared/http/tenant-resource";
import { usagePageSchema } from "@masthead/shared/http/usage-schema";
import type { z } from "zod";

const PAGE = ["limit", "cursor"] as const;
const RANGE = ["from", "to"] as const;

export interface Route {
  /** names of its query parameters */
  readonly query?: readonly string[];
  /** schema of its answer as JSON; absent: it has none */
  readonly answer?: z.ZodType;
  /** of a POST: it changes nothing, so that it may be repeated */
  readonly reads?: true;
}

/**
 * Every route that the client asks, by method and path as the API's description has them. test/architecture compares the
 * two: a route, a parameter or a field of an answer that is in one only fails it.
 */
export const ROUTES = {
  "GET /v1/policies": { query: PAGE, answer: pageSchema(policyResourceSchema) },
  "GET /v1/policies/{name}": { answer: policyResourceSchema },
  "PUT /v1/policies/{name}": { answer: savedPolicySchema },
  "DELETE /v1/policies/{name}": {},
  "GET /v1/agents": { query: PAGE, answer: pageSchema(agentResourceSchema) },
  "GET /v1/agents/{id}": { answer: agentResourceSchema },
  "POST /v1/agents/{id}/credentials": {},
  "GET /v1/exchanges": {
    query: [...RANGE, "tenant", "service", "host", "method", "status", "path", "role", ...PAGE],
    answer: pageSchema(exchangeItemSchema),
  },
  "POST /v1/usage/query": { answer: usagePageSchema, reads: true },
  "GET /v1/tenants": { query: PAGE, answer: pageSchema(tenantItemSchema) },
  "GET /v1/tenants/{id}": { answer: tenantResourceSchema },
  "PUT /v1/tenants/{id}": { answer: tenantResourceSchema },
  "DELETE /v1/tenants/{id}": {},
  "POST /v1/tenants/{id}/fingerprints": { answer: tenantResourceSchema },
  "DELETE /v1/tenants/{id}/fingerprints/{fingerprint}": {},
  "GET /v1/tenants/{id}/attribution": { query: RANGE, answer: tenantAttributionSchema },
  "GET /v1/tenants/unattributed/consumers": {
    query: [...RANGE, ...PAGE],
    answer: pageSchema(unknownConsumerSchema).extend(unknownConsumersShape),
  },
  "GET /v1/tenants/{id}/reports": { query: PAGE, answer: pageSchema(sealedReportItemSchema) },
  "GET /v1/tenants/{id}/reports/{period}": {
    query: ["timeZone", "format", "version"],
    answer: reportAnswerSchema,
  },
  "POST /v1/tenants/{id}/reports/{period}/links": { answer: reportLinkSchema },
  "DELETE /v1/tenants/{id}/reports/links": {},
  "GET /v1/destinations": { query: PAGE, answer: pageSchema(destinationSchema) },
  "POST /v1/destinations": { answer: destinationSchema },
  "GET /v1/destinations/{id}": { answer: destinationSchema },
  "PUT /v1/destinations/{id}": { answer: destinationSchema },
  "DELETE /v1/destinations/{id}": {},
  "GET /v1/deliveries": {
    query: ["destination", "tenant", "state", ...PAGE],
    answer: pageSchema(deliverySchema),
  },
  "GET /v1/deliveries/{id}": { answer: deliveryDetailSchema },
  "POST /v1/deliveries/{id}/resend": { answer: deliveryDetailSchema },
  "GET /v1/keys": { query: PAGE, answer: pageSchema(keyResourceSchema) },
  "POST /v1/keys": { answer: keyWithSecretSchema },
  "GET /v1/keys/{id}": { answer: keyResourceSchema },
  "DELETE /v1/keys/{id}": {},
  "POST /v1/keys/{id}/rotate": { answer: keyWithSecretSchema },
  "GET /v1/audit": {
    query: [...RANGE, "actor", "action", "subject", "order", ...PAGE],
    answer: pageSchema(auditEntrySchema).extend({ head: auditHeadSchema }),
  },
} as const satisfies Record<string, Route>;

export type Routes = typeof ROUTES;
export type RouteName = keyof Routes;
