import { type AgentId, agentIdSchema } from "./ids.js";

/**
 * Every NATS subject, stream, bucket and durable name (design, section 4.4). Nothing else in the product spells one.
 */

/** Stream of batches: file storage, limits retention. */
export const BATCH_STREAM = "masthead_batches";
/** Stream that keeps the newest heartbeat of each agent. */
export const HEARTBEAT_STREAM = "masthead_heartbeats";
/** Durable pull consumer of the drain on {@link BATCH_STREAM}; drains side by side share it. */
export const DRAIN_CONSUMER = "masthead_drain";
/** Durable pull consumer of the drain on {@link HEARTBEAT_STREAM}. */
export const HEARTBEAT_CONSUMER = "masthead_heartbeat_drain";
/** KV bucket that holds the fleet's policy set under {@link POLICY_SET_KEY}: a hint, Postgres is the truth. */
export const POLICY_BUCKET = "masthead_policies";
export const POLICY_SET_KEY = "current";
/** KV bucket with the last watermark of each agent, by agent id. */
export const COMMITTED_BUCKET = "masthead_committed";

export const BATCH_SUBJECTS = "masthead.v1.batches.*";
export const HEARTBEAT_SUBJECTS = "masthead.v1.heartbeats.*";
export const COMMITTED_SUBJECTS = "masthead.v1.committed.*";

const checked = (agentId: AgentId): string => agentIdSchema.parse(agentId);

/** Subject on which one agent publishes its batches. @throws ZodError when the id is not a subject token. */
export const batchSubject = (agentId: AgentId): string => `masthead.v1.batches.${checked(agentId)}`;
export const heartbeatSubject = (agentId: AgentId): string => `masthead.v1.heartbeats.${checked(agentId)}`;
/** Subject on which the drain tells one agent its watermark. */
export const committedSubject = (agentId: AgentId): string => `masthead.v1.committed.${checked(agentId)}`;
/** Prefix of the inboxes of one agent's requests. */
export const agentInboxPrefix = (agentId: AgentId): string => `_INBOX_agent_${checked(agentId)}`;

/** Prefix of the inboxes of the control plane's requests, which no agent may read. */
export const API_INBOX_PREFIX = "_INBOX_api";

/** Subject behind a key of a KV bucket. */
export const bucketSubject = (bucket: string, key: string): string => `$KV.${bucket}.${key}`;
/** Stream behind a KV bucket. */
export const bucketStream = (bucket: string): string => `KV_${bucket}`;
/** Subject of a direct get of the last value of a KV key (needs no consumer). */
export const bucketDirectGetSubject = (bucket: string, key: string): string =>
  `$JS.API.DIRECT.GET.${bucketStream(bucket)}.${bucketSubject(bucket, key)}`;
