import { z } from "zod";
import { BATCH_MAX_EXCHANGES, type Batch } from "./batch.js";
import { exchangeOfRow, rowOfExchange } from "./exchange-row.js";

/** The version that agents write: exchanges are rows, and what repeats in them stands once. */
export const BATCH_VERSION = 2;
/** Texts that the rows of a batch may share. */
export const BATCH_MAX_TEXTS = 16_384;

/** Characters of `texts` that the rows of a batch may stand for, each time that they are pointed to. */
export const BATCH_MAX_SHARED_CHARACTERS = 16 * 1024 * 1024;

const rowsSchema = z.object({
  /** Unix microseconds that the rows' times count from */
  baseUs: z.int().nonnegative(),
  texts: z.array(z.string().max(16_384)).max(BATCH_MAX_TEXTS),
  exchanges: z.array(z.unknown()).max(BATCH_MAX_EXCHANGES),
});

const isOfRows = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && "v" in value && value.v === BATCH_VERSION;

/**
 * The batch of version 1 that one of version 2 stands for; anything else as it is. Not validated, but that there are rows: what it cannot
 * read of one is left for `batchSchema` to refuse.
 * @throws ZodError where the rows' tables are none
 */
export const withoutRows = (value: unknown): unknown => {
  if (!isOfRows(value)) return value;
  const { exchanges, ...read } = rowsSchema.parse(value);
  const tables = { ...read, charactersLeft: BATCH_MAX_SHARED_CHARACTERS };
  const { baseUs: _, texts: __, ...rest } = value;
  return { ...rest, v: 1, exchanges: exchanges.map((row) => exchangeOfRow(row, tables)) };
};

/** Version 2 of a batch. Agents write theirs as exchanges come, without a batch of version 1. */
export const withRows = (batch: Batch): Record<string, unknown> => {
  const baseUs = batch.exchanges[0]?.timeUs ?? 0;
  const rows = (shared: (text: string) => string | number) =>
    batch.exchanges.map((exchange) => rowOfExchange(exchange, baseUs, shared));
  const uses = new Map<string, number>();
  rows((text) => {
    uses.set(text, (uses.get(text) ?? 0) + 1);
    return text;
  });
  const texts = [...uses].flatMap(([text, times]) => (times > 1 ? [text] : [])).slice(0, BATCH_MAX_TEXTS);
  const indices = new Map(texts.map((text, index) => [text, index]));
  const exchanges = rows((text) => indices.get(text) ?? text);
  return { ...batch, v: BATCH_VERSION, baseUs, texts, exchanges };
};
