import { bucketSubject, COMMITTED_BUCKET, committedSubject } from "@masthead/shared/subjects";
import type { Watermark } from "@masthead/shared/wire/watermark";
import type { NatsConnection } from "nats";

/**
 * Tells agents what is committed: on their subject for those that listen, and as the last value of their key for those
 * that ask later. Both are published without waiting for a reply: a watermark that is lost comes again with the next.
 */
export const watermarkPublisher = (nats: NatsConnection) => ({
  async publish(watermark: Watermark): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify(watermark));
    nats.publish(committedSubject(watermark.agentId), text);
    nats.publish(bucketSubject(COMMITTED_BUCKET, watermark.agentId), text);
  },
});
