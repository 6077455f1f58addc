import { bucketStream, bucketSubject, COMMITTED_BUCKET } from "@masthead/shared/subjects";
import type { NatsConnection } from "nats";

const NONE = "none";

/** Text of the last watermark that an agent can ask for. */
export const lastWatermark = async (nats: NatsConnection, agentId: string): Promise<string> => {
  const manager = await nats.jetstreamManager({ checkAPI: false });
  const last_by_subj = bucketSubject(COMMITTED_BUCKET, agentId);
  const found = await manager.streams
    .getMessage(bucketStream(COMMITTED_BUCKET), { last_by_subj })
    .catch(() => undefined);
  return found ? new TextDecoder().decode(found.data) : NONE;
};

/** Whether each agent was told of what is committed. */
export const areTold = async (nats: NatsConnection, agentIds: readonly string[]): Promise<boolean> => {
  for (const id of agentIds) if ((await lastWatermark(nats, id)) === NONE) return false;
  return true;
};
