import {
  BATCH_STREAM,
  BATCH_SUBJECTS,
  bucketStream,
  bucketSubject,
  COMMITTED_BUCKET,
  DRAIN_CONSUMER,
  HEARTBEAT_CONSUMER,
  HEARTBEAT_STREAM,
  HEARTBEAT_SUBJECTS,
  POLICY_BUCKET,
} from "@masthead/shared/subjects";
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  NatsError,
  nanos,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "nats";

const HOUR_MS = 3_600_000;

/** Streams and buckets. Agents hold what is not committed, so that an old message may go when a bound is reached. */
const STREAMS: readonly Partial<StreamConfig>[] = [
  {
    name: BATCH_STREAM,
    subjects: [BATCH_SUBJECTS],
    max_bytes: 4 * 1024 ** 3,
    max_age: nanos(72 * HOUR_MS),
    max_msg_size: 1024 ** 2,
    duplicate_window: nanos(120_000),
  },
  { name: HEARTBEAT_STREAM, subjects: [HEARTBEAT_SUBJECTS], max_msgs_per_subject: 1, max_bytes: 1024 ** 3 },
  ...[POLICY_BUCKET, COMMITTED_BUCKET].map(
    (bucket): Partial<StreamConfig> => ({
      name: bucketStream(bucket),
      subjects: [bucketSubject(bucket, ">")],
      max_msgs_per_subject: 1,
      max_bytes: 256 * 1024 ** 2,
      discard: DiscardPolicy.New,
      allow_rollup_hdrs: true,
      allow_direct: true,
      deny_delete: true,
    }),
  ),
];

const COMMON: Partial<StreamConfig> = {
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  num_replicas: 1,
};

const consumer = (name: string, maxAckPending: number): Partial<ConsumerConfig> => ({
  durable_name: name,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  replay_policy: ReplayPolicy.Instant,
  ack_wait: nanos(60_000),
  max_ack_pending: maxAckPending,
  max_deliver: -1,
});

const CONSUMERS: readonly { stream: string; config: Partial<ConsumerConfig> }[] = [
  { stream: BATCH_STREAM, config: consumer(DRAIN_CONSUMER, 10_000) },
  { stream: HEARTBEAT_STREAM, config: consumer(HEARTBEAT_CONSUMER, 10_000) },
];

const isMissing = (error: unknown): boolean => error instanceof NatsError && error.api_error?.code === 404;

async function streamNames(manager: JetStreamManager): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const name of manager.streams.names()) names.add(name);
  return names;
}

async function ensureConsumer(manager: JetStreamManager, stream: string, config: Partial<ConsumerConfig>) {
  try {
    await manager.consumers.info(stream, config.durable_name ?? "");
    return [];
  } catch (error) {
    if (!isMissing(error)) throw error;
    await manager.consumers.add(stream, config);
    return [`${stream}/${config.durable_name}`];
  }
}

/**
 * Makes the streams, buckets and durable consumers that are missing, and leaves those that are there as they are.
 * Three requests when nothing is missing. Safe to run side by side: making what another made is no error.
 *
 * @returns names of what was made: more than none means that NATS came back empty, or is new
 * @throws NatsError when NATS does not answer or refuses
 */
export async function ensureInfrastructure(nats: NatsConnection): Promise<string[]> {
  const manager = await nats.jetstreamManager({ checkAPI: false });
  const present = await streamNames(manager);
  const made: string[] = [];
  for (const stream of STREAMS) {
    if (present.has(stream.name ?? "")) continue;
    await manager.streams.add({ ...COMMON, ...stream });
    made.push(stream.name ?? "");
  }
  for (const { stream, config } of CONSUMERS) made.push(...(await ensureConsumer(manager, stream, config)));
  return made;
}

const ANSWER_WITHIN_MS = 2_000;

/**
 * Whether the stream for batches is there. Asked of JetStream itself, which may stand still where what lies in memory is still served: once its
 * disk was full, nats-server 2.9 answers nothing more until it is killed. @throws NatsError when it does not answer
 */
export async function hasBatchStream(nats: NatsConnection): Promise<boolean> {
  const subject = `$JS.API.STREAM.INFO.${BATCH_STREAM}`;
  const reply = await nats.request(subject, undefined, { timeout: ANSWER_WITHIN_MS });
  return !("error" in reply.json<object>());
}
