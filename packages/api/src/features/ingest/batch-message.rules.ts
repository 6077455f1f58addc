import { createHash } from "node:crypto";
import { agentIdSchema, epochSchema, seqSchema } from "@masthead/shared/ids";
import {
  BATCH_MAX_BYTES,
  type Batch,
  batchSchema,
  exchangeSchema,
  usagePartSchema,
} from "@masthead/shared/wire/batch";
import { BATCH_VERSION, withoutRows } from "@masthead/shared/wire/batch-rows";
import { z } from "zod";
import { inflateBounded } from "../../platform/inflate.js";
import { jsonGuard } from "../../platform/json-guard.js";

/** A row of a batch that is left out, and why. */
export interface LeftOut {
  kind: "exchange" | "usage";
  position: number;
  reason: string;
  detail: string;
  exchanges: number;
  row: unknown;
}

/** A message that can be committed. */
export interface ReadBatch {
  batch: Batch;
  /** SHA-256 of the JSON's bytes: the same however they were compressed */
  hash: Uint8Array;
  leftOut: LeftOut[];
}

/** A message that cannot, and as much of its key as can be believed. */
export interface UnreadableBatch {
  reason: string;
  detail: string;
  key?: { epoch: number; seq: number } | undefined;
}

const keySchema = z.object({ agentId: agentIdSchema, epoch: epochSchema, seq: seqSchema });
const versionSchema = z.object({ v: z.int() });
const looseSchema = batchSchema.extend({
  exchanges: z.array(z.unknown()).max(2_000),
  usage: z.array(z.unknown()).max(100_000),
});

/**
 * Reads a message. One bad row does not cost the others: rows that are no rows are left out of the batch, by name.
 * @param subjectAgent the agent whose subject it came on, which alone it may speak for
 */
export const readBatchMessage = async (
  data: Uint8Array,
  subjectAgent: string,
): Promise<ReadBatch | UnreadableBatch> => {
  const inflated = await inflateBounded(data, BATCH_MAX_BYTES);
  if (!inflated.ok) return { reason: inflated.fault, detail: `no gzip of at most ${BATCH_MAX_BYTES} bytes` };
  const { bytes } = inflated;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { reason: "not_json", detail: "not UTF-8 JSON" };
  }
  const version = versionSchema.safeParse(value);
  if (version.success && (version.data.v < 1 || version.data.v > BATCH_VERSION))
    return { reason: "unknown_version", detail: `version ${version.data.v}` };
  const parsed = readBatch(value);
  const key = keySchema.safeParse(value);
  if (key.success && key.data.agentId !== subjectAgent)
    return { reason: "wrong_agent", detail: `says ${key.data.agentId} on the subject of ${subjectAgent}` };
  if ("issue" in parsed)
    return { reason: "invalid", detail: parsed.issue, key: key.success ? key.data : undefined };
  const hash = createHash("sha256").update(bytes).digest();
  return { hash, ...withoutDangling(parsed.batch, parsed.leftOut) };
};

const isBatch = jsonGuard(batchSchema);

const issueOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 3)
    .map((issue) => `/${issue.path.map(String).join("/")}: ${issue.message}`)
    .join("; ")
    .slice(0, 512);

type Parsed = { batch: Batch; leftOut: LeftOut[] } | { issue: string };

const readBatch = (message: unknown): Parsed => {
  try {
    return readWithoutRows(withoutRows(message));
  } catch (error) {
    if (error instanceof z.ZodError) return { issue: issueOf(error) };
    throw error;
  }
};

const readWithoutRows = (value: unknown): Parsed => {
  if (isBatch(value)) return { batch: value, leftOut: [] };
  const whole = batchSchema.safeParse(value);
  if (whole.success) return { batch: whole.data, leftOut: [] };
  const loose = looseSchema.safeParse(value);
  if (!loose.success) return { issue: issueOf(whole.error) };
  const leftOut: LeftOut[] = [];
  const keep = <T>(kind: LeftOut["kind"], schema: z.ZodType<T>, rows: unknown[]): T[] =>
    rows.flatMap((row, position) => {
      const read = schema.safeParse(row);
      if (read.success) return [read.data];
      leftOut.push({ ...leftOutRow(kind, position, row), reason: "invalid", detail: issueOf(read.error) });
      return [];
    });
  const exchanges = keep("exchange", exchangeSchema, loose.data.exchanges);
  const usage = keep("usage", usagePartSchema, loose.data.usage);
  return { batch: { ...loose.data, exchanges, usage }, leftOut };
};

const requestsSchema = z.object({ requests: z.int().nonnegative() });

/** What is left out of the usage stands for the exchanges it counted; an exchange for itself. */
const leftOutRow = (kind: LeftOut["kind"], position: number, row: unknown) => {
  const counted = requestsSchema.safeParse(row);
  const exchanges = kind === "exchange" ? 1 : counted.success ? counted.data.requests : 0;
  return { kind, position, row, exchanges };
};

/** Rows that point beyond the tables of their batch are left out, too. */
const withoutDangling = (batch: Batch, leftOut: LeftOut[]): { batch: Batch; leftOut: LeftOut[] } => {
  const dangles = (reason: string, kind: LeftOut["kind"], position: number, row: unknown) => {
    leftOut.push({ ...leftOutRow(kind, position, row), reason, detail: "points beyond its batch's tables" });
    return false;
  };
  const exchanges = batch.exchanges.filter((exchange, position) => {
    const connection = batch.connections[exchange.connection];
    const held =
      connection &&
      batch.processes[connection.process] !== undefined &&
      batch.policies[exchange.policy] !== undefined;
    return held || dangles("dangling", "exchange", position, exchange);
  });
  const usage = batch.usage.filter(
    (part, position) =>
      batch.policies[part.policy] !== undefined || dangles("dangling", "usage", position, part),
  );
  return { batch: { ...batch, exchanges, usage }, leftOut };
};
