import type { WireExchange } from "./batch.js";

/**
 * An exchange in a batch of version 2: an array, so that its fields are not named in each. A place that may be empty holds null. A text is
 * itself, or the number of one in the batch's `texts`. What few exchanges have follows by name (`MORE`).
 */
export const EXCHANGE_ROW = [
  /** microseconds after the batch's `baseUs`; negative where before */
  "timeUs",
  "durationUs",
  "ttfbUs",
  "connection",
  "policy",
  "tenant",
  "consumer",
  "method",
  "path",
  "template",
  "version",
  "status",
  "requestBytes",
  "responseBytes",
  "serverAddress",
  /** name, value, name, value …: a header that repeats is named again */
  "requestHeaders",
  "responseHeaders",
] as const;

/** Of an exchange, what is no place of a row: an object after the last, where there is any. */
const MORE = [
  "query",
  "clientAddress",
  "errorType",
  "arrivalDelayUs",
  "threadCpuUs",
  "rttUs",
  "retransmits",
  "flags",
] as const satisfies readonly (keyof WireExchange)[];

/** What the rows of a batch point into. */
export interface RowTables {
  baseUs: number;
  texts: readonly string[];
  /** that rows may still take from `texts`: a few bytes could stand for any amount of text. Reading takes from it */
  charactersLeft: number;
}

type Headers = Record<string, string[]>;

/**
 * What a row says, for `exchangeSchema` to judge: a number that points to no text, or to one too many, stays one, and what is no row comes back in a list,
 * which is no exchange. Nothing of it is checked here but its form.
 */
export const exchangeOfRow = (row: unknown, tables: RowTables): unknown => {
  if (!Array.isArray(row) || row.length < EXCHANGE_ROW.length) return [row];
  const text = (value: unknown): unknown => (typeof value === "number" ? textAt(value, tables) : value);
  const more: unknown = row[EXCHANGE_ROW.length];
  if (more !== undefined && !isObject(more)) return [row];
  const exchange: { [Name in keyof WireExchange]?: unknown } = {
    timeUs: typeof row[0] === "number" ? tables.baseUs + row[0] : row[0],
    durationUs: row[1],
    connection: row[3],
    policy: row[4],
    tenant: text(row[5]),
    method: text(row[7]),
    path: text(row[8]),
    template: text(row[9]),
    version: text(row[10]),
    requestBytes: row[12],
    responseBytes: row[13],
  };
  if (row[2] !== null) exchange.ttfbUs = row[2];
  if (row[6] !== null) exchange.consumer = text(row[6]);
  if (row[11] !== null) exchange.status = row[11];
  if (row[14] !== null) exchange.serverAddress = text(row[14]);
  if (row[15] !== null) exchange.requestHeaders = headersOf(row[15], text);
  if (row[16] !== null) exchange.responseHeaders = headersOf(row[16], text);
  if (more !== undefined) for (const name of MORE) if (more[name] !== undefined) exchange[name] = more[name];
  return exchange;
};

const textAt = (index: number, tables: RowTables): string | number => {
  const text = tables.texts[index];
  if (text === undefined || text.length > tables.charactersLeft) return index;
  tables.charactersLeft -= text.length;
  return text;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Headers by name; what is no list of pairs as it is. */
const headersOf = (pairs: unknown, text: (value: unknown) => unknown): unknown => {
  if (!Array.isArray(pairs) || pairs.length % 2 !== 0) return pairs;
  const headers: Record<string, unknown[]> = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const name = text(pairs[at]);
    // As a property it would be another thing than a header.
    if (typeof name !== "string" || name === "__proto__") return pairs;
    const values = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (values === undefined) headers[name] = [text(pairs[at + 1])];
    else values.push(text(pairs[at + 1]));
  }
  return headers;
};

/** The row that {@link exchangeOfRow} reads. @param shared what stands for a text in it: itself, or its number */
export const rowOfExchange = (
  exchange: WireExchange,
  baseUs: number,
  shared: (text: string) => string | number = (text) => text,
): unknown[] => {
  const row: unknown[] = EXCHANGE_ROW.map((name) => {
    if (name === "timeUs") return exchange.timeUs - baseUs;
    if (name === "requestHeaders" || name === "responseHeaders") return pairsOf(exchange[name], shared);
    const value = exchange[name] ?? null;
    return typeof value === "string" ? shared(value) : value;
  });
  const more = MORE.filter((name) => exchange[name] !== undefined).map((name) => [name, exchange[name]]);
  return more.length === 0 ? row : [...row, Object.fromEntries(more)];
};

const pairsOf = (
  headers: Headers | undefined,
  shared: (text: string) => string | number,
): unknown[] | null =>
  headers === undefined
    ? null
    : Object.entries(headers).flatMap(([name, values]) =>
        values.flatMap((value) => [shared(name), shared(value)]),
      );
