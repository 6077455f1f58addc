import { gunzipSync, gzipSync } from "node:zlib";
import {
  bucketDirectGetSubject,
  bucketStream,
  bucketSubject,
  POLICY_BUCKET,
  POLICY_SET_KEY,
} from "@masthead/shared/subjects";
import { type PolicySet, policySetSchema } from "@masthead/shared/wire/policy-set";
import { type NatsConnection, NatsError } from "nats";

const SUBJECT = bucketSubject(POLICY_BUCKET, POLICY_SET_KEY);
const MAX_BYTES = 16 * 1024 * 1024;
const ATTEMPTS = 8;
/** JetStream's `wrong last sequence`. */
const WRONG_LAST_SEQUENCE = 10_071;

export const encodePolicySet = (set: PolicySet): Uint8Array =>
  gzipSync(JSON.stringify(policySetSchema.parse(set)));

/** @throws Error or ZodError when the bytes are no policy set */
export const decodePolicySet = (bytes: Uint8Array): PolicySet =>
  policySetSchema.parse(JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_BYTES }).toString("utf8")));

interface Published {
  /** JetStream's sequence of the value, 0: there is none */
  readonly sequence: number;
  /** absent: none, or one that cannot be read */
  readonly revision?: number;
}

/** @returns what agents can read now. One request. @throws NatsError when NATS does not answer or has no bucket */
export async function readPublished(nats: NatsConnection): Promise<Published> {
  const reply = await nats.request(bucketDirectGetSubject(POLICY_BUCKET, POLICY_SET_KEY));
  const status = reply.headers?.code ?? 0;
  if (status === 404) return { sequence: 0 };
  if (status >= 400) throw new Error(`direct get of the policy set: ${status} ${reply.headers?.description}`);
  const sequence = Number(reply.headers?.get("Nats-Sequence"));
  try {
    return { sequence, revision: decodePolicySet(reply.data).revision };
  } catch {
    return { sequence };
  }
}

const wasOvertaken = (error: unknown): boolean =>
  error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE;

/**
 * Publishes the set unless agents can already read it or a newer one (promise newest-revision-wins). Writers side by side
 * are told apart by the bucket's sequence: who was overtaken looks again.
 *
 * @returns whether it wrote
 * @throws NatsError when NATS does not answer; the set is then published by the next reconcile
 */
export async function publishPolicySet(nats: NatsConnection, set: PolicySet): Promise<boolean> {
  const stream = nats.jetstream();
  for (let attempt = 1; ; attempt++) {
    const published = await readPublished(nats);
    if (published.revision !== undefined && published.revision >= set.revision) return false;
    try {
      await stream.publish(SUBJECT, encodePolicySet(set), {
        expect: { streamName: bucketStream(POLICY_BUCKET), lastSubjectSequence: published.sequence },
      });
      return true;
    } catch (error) {
      if (!wasOvertaken(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}
