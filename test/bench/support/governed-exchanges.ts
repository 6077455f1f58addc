import type { ExchangeItem, Product } from "../../support/product.js";
import { until } from "../../support/until.js";

interface Page {
  items: ExchangeItem[];
  nextCursor: string | null;
}

const revisionOf = ({ attributes }: ExchangeItem): number => Number(attributes["policy.revision"]);

/**
 * When the first request that each revision governed began, in Unix milliseconds: the time is the kernel's, so neither delivery
 * nor asking is part of it.
 */
export const firstGovernedAt = async (
  product: Product,
  tenant: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  changes: readonly { revision: number }[],
): Promise<Map<number, number>> => {
  const query = new URLSearchParams({
    tenant,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
  const get = (limit: number, cursor: string): Promise<Page> =>
    product.get(
      `/v1/exchanges?${query}&limit=${limit}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
  const last = changes.at(-1)?.revision;
  await until("exchanges of the last revision", async () => {
    const { items } = await get(1, "");
    return items.some((item) => revisionOf(item) === last);
  });
  const first = new Map<number, number>();
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Page = await get(1000, cursor);
    for (const item of page.items) {
      const beganMs = Date.parse(item.time) - item.durationMs;
      const revision = revisionOf(item);
      first.set(revision, Math.min(beganMs, first.get(revision) ?? Number.POSITIVE_INFINITY));
    }
    cursor = page.nextCursor;
  }
  return first;
};
