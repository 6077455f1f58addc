import { z } from "zod";
import { epochSchema, seqSchema } from "../ids.js";

/**
 * Where an exchange can be lost (promise no-silent-loss). `stage` is the place, `reason` the bound or fault.
 * Kept closed: a new loss is a new row here, in the glossary and in a test that makes it happen.
 */
export const LOSSES = {
  ring: ["full", "response_lost"],
  assembly: ["full"],
  scratch: ["busy"],
  connections: ["full"],
  pipeline: ["too_deep"],
  read: ["fault"],
  calls: ["full"],
  aggregate: ["unpaired"],
  decode: ["malformed"],
  pairing: ["full"],
  usage: ["full", "fault", "set_aside"],
  spool: ["full", "write_failed", "corrupt"],
  delivery: ["refused"],
  agent: ["epoch_ended"],
} as const satisfies Record<string, readonly string[]>;

export type LossStage = keyof typeof LOSSES;

export const lossSchema = z.object({
  stage: z.string().min(1).max(64),
  reason: z.string().min(1).max(64),
  count: z.int().nonnegative(),
});
export type Loss = z.infer<typeof lossSchema>;

const count = z.int().nonnegative();

/** Most lost batches that one message tells of; the rest waits until these are booked. */
export const LOST_BATCHES_MAX = 1024;

/** A batch that will never be committed, by its key. */
export const lostBatchSchema = z.object({
  epoch: epochSchema,
  seq: seqSchema,
  /** exchanges that it counted */
  exchanges: z.int().nonnegative().max(1_000_000_000),
  stage: z.string().min(1).max(64),
  reason: z.string().min(1).max(64),
});
export type LostBatch = z.infer<typeof lostBatchSchema>;

/**
 * The agent's account of this epoch, as of one moment. Counts exchanges since the epoch began:
 * `captured = batched + Σ lost + pending`.
 */
export const ledgerSchema = z.object({
  /** request heads seen by the kernel, of processes that are targets */
  captured: count,
  /** put into batches up to and including `seq` of the carrier: stored one by one, or counted only */
  batched: count,
  lost: z.array(lossSchema).max(256),
  /** between kernel and batch: in the ring, awaiting a response, awaiting the next batch */
  pending: count,
  /** which of the epoch's accounts it is: a later one has a larger number, whatever the host's clock did; absent: an earlier release */
  serial: z.int().positive().optional(),
  /**
   * Batches that are lost for good and not booked yet, so that their seqs leave no gap. One of this epoch is in `lost` too;
   * one of an earlier epoch is booked to that epoch, whose own account can tell no more.
   */
  lostBatches: z.array(lostBatchSchema).max(LOST_BATCHES_MAX).optional(),
});
export type Ledger = z.infer<typeof ledgerSchema>;
