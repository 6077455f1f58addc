import type { ExchangeItem, Product } from "./product.js";

/** Every exchange of a tenant, all pages. */
export const exchangesOf = async (product: Product, tenant: string): Promise<ExchangeItem[]> => {
  const all: ExchangeItem[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = new URLSearchParams({ tenant, limit: "1000", ...(cursor === "" ? {} : { cursor }) });
    const page: { items: ExchangeItem[]; nextCursor: string | null } = await product.get(
      `/v1/exchanges?${query}`,
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
};

/** The first value of a request's header. */
export const requestHeader = ({ attributes }: ExchangeItem, name: string): string | undefined =>
  (attributes[`http.request.header.${name}`] as string[] | undefined)?.[0];
