import { PAGE_LIMIT_MAX, type Page } from "@masthead/shared/http/page";
import type { CallOptions } from "./ask.js";
import { ConnectionError } from "./errors.js";

export interface PageQuery {
  /** items of a page, from 1 to 1,000 */
  limit?: number | undefined;
  /** `nextCursor` of the page before */
  cursor?: string | undefined;
}

/** A list of the API, page by page or whole. */
export interface Listing<Query, P extends Page<unknown>> {
  /** One page. */
  list(query?: Query, options?: CallOptions): Promise<P>;
  /** Every page from `cursor` on; each is asked for when the one before was taken. */
  pages(query?: Query, options?: CallOptions): AsyncGenerator<P, void, undefined>;
  /** Every item, over all pages. */
  all(query?: Query, options?: CallOptions): AsyncGenerator<P["items"][number], void, undefined>;
}

/** Every page of a list, in order. @param read a page by cursor */
export async function* pagesOf<P extends Page<unknown>>(
  read: (cursor: string | undefined) => Promise<P>,
  from?: string,
): AsyncGenerator<P, void, undefined> {
  for (let cursor = from; ; ) {
    const page = await read(cursor);
    yield page;
    if (page.nextCursor === null) return;
    if (page.nextCursor === cursor)
      throw new ConnectionError(
        "not_understood",
        "the server's list does not go on: its cursor stays the same",
      );
    cursor = page.nextCursor;
  }
}

/** Every item of pages. */
export async function* itemsOf<T>(
  pages: AsyncIterable<{ items: readonly T[] }>,
): AsyncGenerator<T, void, undefined> {
  for await (const { items } of pages) yield* items;
}

/** @param read one page */
export const listing = <Query extends PageQuery, P extends Page<unknown>>(
  read: (query: Query, options: CallOptions | undefined) => Promise<P>,
): Listing<Query, P> => {
  const pages: Listing<Query, P>["pages"] = (query, options) =>
    pagesOf((cursor) => read({ ...(query as Query), cursor }, options), query?.cursor);
  return {
    list: (query, options) => read({ ...(query as Query) }, options),
    pages,
    all: (query, options) => itemsOf(pages({ limit: PAGE_LIMIT_MAX, ...query } as Query, options)),
  };
};
