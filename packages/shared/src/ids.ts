import { z } from "zod";

/** Names an agent: one token of a NATS subject, 1 to 64 of `A-Z a-z 0-9 _ -`. */
export const agentIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "an agent id is 1 to 64 letters, digits, '_' or '-'")
  .brand<"AgentId">();
export type AgentId = z.infer<typeof agentIdSchema>;

/** One run of one agent: grows with every start; milliseconds of the Unix epoch, or one more than the last. */
export const epochSchema = z.int().positive();
/** Number of a batch within its epoch, from 1, without holes. */
export const seqSchema = z.int().positive();

/** Tenant of an exchange: what the policy found, or one of the two reserved names. */
export const UNATTRIBUTED_TENANT = "unattributed";
export const INVALID_TENANT = "invalid";
/** Where dimensions beyond a cap are booked. */
export const OTHER_SERIES = "__other__";
export const TENANT_ID_MAX_CHARACTERS = 128;

/** Fingerprint of a whole value under a key of the fleet: `fp:<key id>:<32 hex>`. */
export const fingerprintSchema = z
  .string()
  .regex(/^fp:[0-9a-f]{8}:[0-9a-f]{32}$/, "a fingerprint is `fp:`, 8 hex digits, `:` and 32 hex digits");
