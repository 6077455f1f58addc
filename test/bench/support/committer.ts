import { connectNats } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure } from "@masthead/api/platform/nats/infrastructure";
import { publishPolicySet } from "@masthead/api/platform/nats/policy-publisher";
import { watermarkPublisher } from "@masthead/api/platform/nats/watermark-publisher";
import type { NatsServer } from "@masthead/infra/nats-server";
import type { AgentId } from "@masthead/shared/ids";
import { BATCH_STREAM, DRAIN_CONSUMER, HEARTBEAT_STREAM, heartbeatSubject } from "@masthead/shared/subjects";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import type { Cleanup } from "../../support/cleanup.js";
import { until } from "../../support/until.js";

export interface Committer {
  publish(set: PolicySet): Promise<void>;
  /** Resolves when no batch has come for so long. */
  quietFor(ms: number): Promise<void>;
  /** The newest report of the agent. */
  heartbeat(): Promise<Heartbeat>;
}

/**
 * Stands in for the drain, without a database: takes each batch from the stream and tells the agent that it is committed, so
 * that its spool stays as small as it does beside a control plane that keeps up. Reads no batch. Ended by `cleanup`.
 */
export const startCommitter = async (
  cleanup: Cleanup,
  nats: NatsServer,
  agentId: AgentId,
): Promise<Committer> => {
  const connection = await connectNats({ url: nats.url, credentials: nats.apiCredentials });
  cleanup.add(() => connection.close());
  await ensureInfrastructure(connection);
  const watermarks = watermarkPublisher(connection);
  const settled = new Settled();
  const consumer = await connection.jetstream().consumers.get(BATCH_STREAM, DRAIN_CONSUMER);
  const messages = await consumer.consume({ max_messages: 32 });
  let lastAtMs = performance.now();
  const consuming = (async () => {
    for await (const message of messages) {
      lastAtMs = performance.now();
      const [epoch = 0, seq = 0] = (message.headers?.get("Nats-Msg-Id") ?? "").split(".").map(Number);
      const committedThrough = settled.add(epoch, seq);
      await watermarks.publish({
        v: 1,
        agentId,
        epochs: [{ epoch, committedThrough, gaps: [], refused: [] }],
      });
      message.ack();
    }
  })();
  cleanup.add(async () => {
    await messages.close();
    await consuming;
  });
  const manager = await connection.jetstreamManager({ checkAPI: false });
  return {
    async publish(set) {
      await publishPolicySet(connection, set);
    },
    async quietFor(ms) {
      await until(`no batch for ${ms} ms`, () => performance.now() - lastAtMs >= ms);
    },
    async heartbeat() {
      const last_by_subj = heartbeatSubject(agentId);
      const { data } = await manager.streams.getMessage(HEARTBEAT_STREAM, { last_by_subj });
      return heartbeatSchema.parse(JSON.parse(new TextDecoder().decode(data)));
    },
  };
};

/** Which seqs of which epoch have come; they may overtake one another. */
class Settled {
  readonly #epochs = new Map<number, { through: number; above: Set<number> }>();

  /** @returns the highest seq up to which all have come */
  add(epoch: number, seq: number): number {
    const of = this.#epochs.get(epoch) ?? { through: 0, above: new Set() };
    this.#epochs.set(epoch, of);
    of.above.add(seq);
    while (of.above.delete(of.through + 1)) of.through += 1;
    return of.through;
  }
}
