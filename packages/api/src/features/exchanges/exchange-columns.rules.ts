import { consumerOf } from "@masthead/shared/http/exchange-consumer";
import type { Batch, WireExchange } from "@masthead/shared/wire/batch";
import { joinJsonColumns, jsonColumn, listOf, plainArray, quoted } from "../../platform/db/array-literal.js";
import { exchangeContext, ownDetails } from "./exchange-detail.rules.js";

/** An exchange with the batch whose tables it points into. */
export interface OwnedExchange {
  batch: Batch;
  exchange: WireExchange;
}

const ROW_ARRAYS = [
  "tenant",
  "endedUs",
  "durationUs",
  "ttfbUs",
  "method",
  "path",
  "template",
  "status",
  "requestBytes",
  "responseBytes",
  "consumer",
] as const;
const ROW_JSONS = ["requestHeaders", "responseHeaders", "own"] as const;
const CONTEXT_ARRAYS = ["role", "agentId", "hostName", "serviceName"] as const;
const CONTEXT_JSONS = ["shared"] as const;
const ARRAYS = [...ROW_ARRAYS, ...CONTEXT_ARRAYS];
const JSONS = [...ROW_JSONS, ...CONTEXT_JSONS];
type Column = (typeof ARRAYS)[number] | (typeof JSONS)[number];

/**
 * Exchanges as the parameters of an insert: a column is the inside of an array literal, or JSON texts with separators. What
 * many exchanges share is sent once, as contexts that they point to. Made while Postgres is busy with other batches.
 */
export interface EncodedExchanges {
  count: number;
  contexts: number;
  /** of each exchange, from 1 */
  context: number[];
  columns: Record<Column, string>;
}

export const encodeExchanges = (rows: readonly OwnedExchange[]): EncodedExchanges => {
  const contexts = new Contexts();
  const context = rows.map(({ batch, exchange }) => contexts.placeOf(batch, exchange));
  const number = (of: (exchange: WireExchange) => number | undefined) =>
    rows.map((row) => of(row.exchange) ?? "NULL").join(",");
  const text = (of: (exchange: WireExchange) => string) =>
    rows.map((row) => quoted(of(row.exchange))).join(",");
  const json = (of: (exchange: WireExchange) => string | null) =>
    jsonColumn(rows.map((row) => of(row.exchange)));
  return {
    count: rows.length,
    contexts: contexts.count,
    context,
    columns: {
      tenant: text((exchange) => exchange.tenant),
      endedUs: number((exchange) => exchange.timeUs),
      durationUs: number((exchange) => exchange.durationUs),
      ttfbUs: number((exchange) => exchange.ttfbUs),
      method: text((exchange) => exchange.method),
      path: text((exchange) => exchange.path),
      template: text((exchange) => exchange.template),
      status: number((exchange) => exchange.status),
      requestBytes: number((exchange) => exchange.requestBytes),
      responseBytes: number((exchange) => exchange.responseBytes),
      consumer: rows.map((row) => optional(consumerOf(row.exchange))).join(","),
      requestHeaders: json((exchange) => jsonOf(exchange.requestHeaders)),
      responseHeaders: json((exchange) => jsonOf(exchange.responseHeaders)),
      own: json(ownDetails()),
      ...contexts.columns(),
    },
  };
};

const optional = (text: string | undefined): string => (text === undefined ? "NULL" : quoted(text));

/** What exchanges of one connection under one policy share. */
class Contexts {
  readonly #places = new Map<Batch, Map<number, number>>();
  readonly #rows: { batch: Batch; exchange: WireExchange }[] = [];

  get count(): number {
    return this.#rows.length;
  }

  placeOf(batch: Batch, exchange: WireExchange): number {
    let places = this.#places.get(batch);
    if (!places) {
      places = new Map();
      this.#places.set(batch, places);
    }
    const key = exchange.connection * batch.policies.length + exchange.policy;
    let place = places.get(key);
    if (place === undefined) {
      place = this.#rows.push({ batch, exchange });
      places.set(key, place);
    }
    return place;
  }

  columns(): Record<(typeof CONTEXT_ARRAYS)[number] | "shared", string> {
    const all = this.#rows.map(({ batch, exchange }) => exchangeContext(batch, exchange));
    return {
      role: all.map((one) => one.connection.role).join(","),
      agentId: this.#rows.map(({ batch }) => quoted(batch.agentId)).join(","),
      hostName: all.map((one) => quoted(one.host.name)).join(","),
      serviceName: all.map((one) => quoted(one.process.serviceName)).join(","),
      shared: jsonColumn(all.map((one) => JSON.stringify(one))),
    };
  }
}

/** The parameters of one insert of all, now whole literals. */
export const joinEncoded = (
  all: readonly EncodedExchanges[],
): { context: string; columns: Record<Column, string> } => {
  const parts = all.filter((one) => one.count > 0);
  const columns = {} as Record<Column, string>;
  for (const name of ARRAYS) columns[name] = listOf(parts.map((one) => one.columns[name]));
  for (const name of JSONS) columns[name] = joinJsonColumns(parts.map((one) => one.columns[name]));
  let before = 0;
  const context = parts.flatMap((one) => {
    const places = one.context.map((place) => place + before);
    before += one.contexts;
    return places;
  });
  return { context: plainArray(context), columns };
};

const jsonOf = (headers: WireExchange["requestHeaders"]): string | null => {
  if (headers === undefined) return null;
  for (const _ in headers) return JSON.stringify(headers);
  return null;
};
