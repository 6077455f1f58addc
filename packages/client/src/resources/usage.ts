import { PAGE_LIMIT_MAX } from "@masthead/shared/http/page";
import type { UsageQueryInput } from "@masthead/shared/http/usage-query-schema";
import type { UsagePage, UsageRow } from "@masthead/shared/http/usage-schema";
import type { Ask, CallOptions } from "../ask.js";
import { itemsOf, listing } from "../pages.js";

/** Counts, sizes and latencies, complete even where exchanges are sampled. */
export interface UsageClient {
  /** One page of rows, with what they cover. */
  query(query: UsageQueryInput, options?: CallOptions): Promise<UsagePage>;
  /** Every page from `cursor` on; each is asked for when the one before was taken. */
  pages(query: UsageQueryInput, options?: CallOptions): AsyncGenerator<UsagePage, void, undefined>;
  /** Every row, over all pages. */
  rows(query: UsageQueryInput, options?: CallOptions): AsyncGenerator<UsageRow, void, undefined>;
  /** One page as CSV, a header first. */
  csv(query: UsageQueryInput, options?: CallOptions): Promise<{ text: string; nextCursor: string | null }>;
}

const QUERY = "POST /v1/usage/query";

export const usageClient = (ask: Ask): UsageClient => {
  const { list, pages } = listing((body: UsageQueryInput, options) => ask.json(QUERY, { body, options }));
  return {
    query: list,
    pages,
    rows: (query, options) => itemsOf(pages({ limit: PAGE_LIMIT_MAX, ...query }, options)),
    csv: async (body, options) => {
      const { text, headers } = await ask.text(QUERY, "text/csv", { body, options });
      return { text, nextCursor: headers.get("masthead-next-cursor") };
    },
  };
};
