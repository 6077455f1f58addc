import { type ExchangeItem, toExchangeItem } from "@masthead/shared/http/exchange-item";
import { z } from "zod";
import type { Deps } from "../../deps.js";
import type { Scope } from "../../platform/db/scope.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { rangeOf } from "../../platform/http/instant.js";
import { PAGE_LIMIT_DEFAULT } from "../../platform/http/page.js";
import { ApiError } from "../../platform/http/problem.js";
import { readExchanges } from "./exchanges.read-model.js";
import { type ExchangesQuery, headersOf } from "./exchanges.schema.js";

/** Range of the first page, then the last item: pages of a range that ends "now" are pages of one range. */
const positionSchema = z.tuple([
  z.int().nonnegative(),
  z.int().nonnegative(),
  z.int().nonnegative(),
  z.string().regex(/^\d{1,18}$/),
]);

export interface ExchangePage {
  items: ExchangeItem[];
  nextCursor: string | null;
}

/** A page of exchanges that `scope` may see, newest first. @throws ApiError `invalid_cursor`, `invalid_parameters` */
export const listExchanges = async (
  deps: Deps,
  scope: Scope,
  query: ExchangesQuery,
): Promise<ExchangePage> => {
  const fingerprint = queryFingerprint({ list: "exchanges", ...query });
  const position =
    query.cursor === undefined ? undefined : decodeCursor(fingerprint, query.cursor, positionSchema);
  const range = position ? { fromUs: position[0], toUs: position[1] } : rangeOf(query, deps.now());
  if (!range)
    throw new ApiError("invalid_parameters", "`to` lies before `from`", {
      errors: [{ pointer: "/query/to", message: "lies before `from`" }],
    });
  const { tenant, service, host, method, status, path, role, limit = PAGE_LIMIT_DEFAULT } = query;
  const filter = { ...range, tenant, service, host, method, status, path, role, headers: headersOf(query) };
  const after = position && { timeUs: position[2], id: position[3] };
  const found = await deps.withDatabase((database) =>
    database.transaction(
      scope,
      ({ sql }) => readExchanges(sql, { ...filter, after, limit: limit + 1 }),
      "read only",
    ),
  );
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(toExchangeItem),
    nextCursor: last
      ? encodeCursor(fingerprint, [range.fromUs, range.toUs, last.exchange.timeUs, last.id])
      : null,
  };
};
