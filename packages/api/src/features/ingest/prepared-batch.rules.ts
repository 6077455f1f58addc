import type { AgentId } from "@masthead/shared/ids";
import type { Batch, BatchHead } from "@masthead/shared/wire/batch";
import { type EncodedExchanges, encodeExchanges } from "../exchanges/index.js";
import { credentialsOf } from "../tenants/index.js";
import { type ReadBatch, readBatchMessage, type UnreadableBatch } from "./batch-message.rules.js";
import { type BatchDays, daysOf, withinDays } from "./commit.rules.js";

/**
 * A batch that is ready for its transaction. Its exchanges are columns by now: as objects, thousands of each batch that waits, they are what
 * the collector of garbage has to carry about.
 */
export interface PreparedBatch extends Omit<ReadBatch, "batch"> {
  batch: BatchHead;
  encoded: EncodedExchanges;
  days: BatchDays;
  /** fingerprints that the registry is to be asked for */
  credentials: ReadonlySet<string>;
  /** The batch with its exchanges, read once more: for what Postgres refuses, and for what is set aside. */
  whole(): Promise<Batch>;
}

/** A message, and what it is read by: the same whenever it is. */
export interface BatchMessage {
  data: Uint8Array;
  agentId: AgentId;
  /** see {@link withinDays} */
  nowUs: number;
  keepDays: number;
}

/** Reads a message, and makes it ready. See {@link readBatchMessage} */
export const prepareBatch = async (message: BatchMessage): Promise<PreparedBatch | UnreadableBatch> => {
  const read = await readKept(message);
  return "batch" in read ? { ...prepared(read), whole: () => readWhole(message) } : read;
};

const readKept = async ({
  data,
  agentId,
  nowUs,
  keepDays,
}: BatchMessage): Promise<ReadBatch | UnreadableBatch> => {
  const read = await readBatchMessage(data, agentId);
  return "batch" in read ? withinDays(read, nowUs, keepDays) : read;
};

/** A function of its own, so that nothing that lives on holds what it is given. */
const prepared = ({ batch, hash, leftOut }: ReadBatch): Omit<PreparedBatch, "whole"> => {
  const { exchanges, ...head } = batch;
  return {
    batch: head,
    hash,
    leftOut,
    encoded: encodeExchanges(exchanges.map((exchange) => ({ batch, exchange }))),
    days: daysOf(batch),
    credentials: credentialsOf(batch),
  };
};

const readWhole = async (message: BatchMessage): Promise<Batch> => {
  const read = await readKept(message);
  if (!("batch" in read)) throw new Error("a message that could be read cannot be read again");
  return read.batch;
};
