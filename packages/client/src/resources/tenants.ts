import type { Page } from "@masthead/shared/http/page";
import type {
  TenantAttribution,
  TenantItem,
  TenantResource,
  tenantDocumentSchema,
  UnknownConsumer,
  UnknownConsumers,
} from "@masthead/shared/http/tenant-resource";
import type { z } from "zod";
import type { Ask, CallOptions } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";
import { type ChangeOptions, precondition } from "../precondition.js";

export interface DayRangeQuery {
  /** inclusive, RFC 3339, widened to its day in UTC; 30 days before `to` by default */
  from?: string | undefined;
  /** exclusive, RFC 3339, widened likewise; now by default */
  to?: string | undefined;
}

/** Tenants: whose API usage it is, and by which credentials they are known. */
export interface TenantsClient extends Listing<PageQuery, Page<TenantItem>> {
  get(id: string, options?: CallOptions): Promise<TenantResource>;
  /** Registers it, or replaces its registration: what is left out becomes empty. */
  put(
    id: string,
    document: z.input<typeof tenantDocumentSchema>,
    options?: ChangeOptions,
  ): Promise<TenantResource>;
  /** Its registration goes; what was counted stays. */
  delete(id: string, options?: ChangeOptions): Promise<void>;
  /** What was counted under the fingerprint follows to the tenant, in steps. */
  addFingerprint(id: string, fingerprint: string, options?: ChangeOptions): Promise<TenantResource>;
  /** What was counted stays. */
  removeFingerprint(id: string, fingerprint: string, options?: ChangeOptions): Promise<void>;
  attribution(id: string, query?: DayRangeQuery, options?: CallOptions): Promise<TenantAttribution>;
  /** Callers whom no tenant is known for, most requests first. */
  readonly unknownConsumers: Listing<DayRangeQuery & PageQuery, Page<UnknownConsumer> & UnknownConsumers>;
}

export const tenantsClient = (ask: Ask): TenantsClient => ({
  ...listing((query: PageQuery, options) => ask.json("GET /v1/tenants", { query, options })),
  get: (id, options) => ask.json("GET /v1/tenants/{id}", { path: { id }, options }),
  put: (id, body, options) =>
    ask.json("PUT /v1/tenants/{id}", { path: { id }, body, headers: precondition(options), options }),
  delete: (id, options) =>
    ask.json("DELETE /v1/tenants/{id}", { path: { id }, headers: precondition(options), options }),
  addFingerprint: (id, fingerprint, options) =>
    ask.json("POST /v1/tenants/{id}/fingerprints", {
      path: { id },
      body: { fingerprint },
      headers: precondition(options),
      options,
    }),
  removeFingerprint: (id, fingerprint, options) =>
    ask.json("DELETE /v1/tenants/{id}/fingerprints/{fingerprint}", {
      path: { id, fingerprint },
      headers: precondition(options),
      options,
    }),
  attribution: (id, query, options) =>
    ask.json("GET /v1/tenants/{id}/attribution", { path: { id }, query: { ...query }, options }),
  unknownConsumers: listing((query: DayRangeQuery & PageQuery, options) =>
    ask.json("GET /v1/tenants/unattributed/consumers", { query, options }),
  ),
});
