import type { Page } from "@masthead/shared/http/page";
import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import type { Ask } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";

export interface UsageQuery extends PageQuery {
  from?: string | undefined;
  to?: string | undefined;
  window?: string | undefined;
  timeZone?: string | undefined;
  groupBy?: string | undefined;
}

export interface UsagePage extends Page<UsageRow> {
  meta: UsageMeta;
}

/** Counts, sizes and latencies, complete even where exchanges are sampled. */
export type UsageClient = Listing<UsageQuery, UsagePage>;

export const usageClient = (ask: Ask): UsageClient =>
  listing((query: UsageQuery, options) => ask.json("GET /v1/usage", { query, options }));
