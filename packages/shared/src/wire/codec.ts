import { BATCH_MAX_BYTES, type Batch, batchSchema } from "./batch.js";
import { withoutRows, withRows } from "./batch-rows.js";
import { decodeGzipJson, encodeGzipJson } from "./gzip-json.js";
import { type PolicySet, policySetSchema } from "./policy-set.js";

/** Most bytes of a policy set's JSON: 64 documents. */
export const POLICY_SET_MAX_BYTES = 8 * 1024 * 1024;

/** Bytes of a batch's message, of the version that agents write. The batch is the caller's own and is not validated again. */
export const encodeBatch = (batch: Batch): Promise<Uint8Array> => encodeGzipJson(withRows(batch));

/** A batch of any version. @throws GzipJsonError where the bytes are no message, ZodError where it is no batch */
export const decodeBatch = async (bytes: Uint8Array): Promise<Batch> =>
  batchSchema.parse(withoutRows(await decodeGzipJson(bytes, BATCH_MAX_BYTES)));

export const encodePolicySet = (set: PolicySet): Promise<Uint8Array> => encodeGzipJson(set);

/** @throws GzipJsonError where the bytes are no message, ZodError where it is no policy set of this version */
export const decodePolicySet = async (bytes: Uint8Array): Promise<PolicySet> =>
  policySetSchema.parse(await decodeGzipJson(bytes, POLICY_SET_MAX_BYTES));
