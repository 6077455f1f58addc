import {
  bucketDirectGetSubject,
  bucketStream,
  bucketSubject,
  POLICY_BUCKET,
  POLICY_SET_KEY,
} from "@masthead/shared/subjects";
import { decodePolicySet, encodePolicySet } from "@masthead/shared/wire/codec";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { type NatsConnection, NatsError } from "nats";

const SUBJECT = bucketSubject(POLICY_BUCKET, POLICY_SET_KEY);
const ATTEMPTS = 8;
/** JetStream's `wrong last sequence`. */
const WRONG_LAST_SEQUENCE = 10_071;

/** Most bytes of a published set, compressed: what one message of NATS carries, with room for its headers. */
export const POLICY_SET_MAX_COMPRESSED_BYTES = 900_000;

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
    return { sequence, revision: (await decodePolicySet(reply.data)).revision };
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
  const message = await encodePolicySet(set);
  for (let attempt = 1; ; attempt++) {
    const published = await readPublished(nats);
    if (published.revision !== undefined && published.revision >= set.revision) return false;
    try {
      await stream.publish(SUBJECT, message, {
        expect: { streamName: bucketStream(POLICY_BUCKET), lastSubjectSequence: published.sequence },
      });
      return true;
    } catch (error) {
      if (!wasOvertaken(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}
