import type { Page } from "@masthead/shared/http/page";
import type { TenantItem } from "@masthead/shared/http/report-schema";
import type { Ask } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";

/** Tenants: whose API usage it is. */
export type TenantsClient = Listing<PageQuery, Page<TenantItem>>;

export const tenantsClient = (ask: Ask): TenantsClient =>
  listing((query: PageQuery, options) => ask.json("GET /v1/tenants", { query, options }));
