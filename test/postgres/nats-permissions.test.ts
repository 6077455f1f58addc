import type { NatsConnection } from "@masthead/api/platform/nats/connection";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { reconcile } from "@masthead/api/reconcile";
import { agentIdSchema } from "@masthead/shared/ids";
import {
  API_INBOX_PREFIX,
  agentInboxPrefix,
  BATCH_STREAM,
  batchSubject,
  bucketDirectGetSubject,
  bucketStream,
  bucketSubject,
  COMMITTED_BUCKET,
  committedSubject,
  heartbeatSubject,
  POLICY_BUCKET,
  POLICY_SET_KEY,
} from "@masthead/shared/subjects";
import { connect, Empty } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

const ONE = agentIdSchema.parse("one");
const TWO = agentIdSchema.parse("two");

let plane: TestControlPlane;
let agent: NatsConnection;
let other: NatsConnection;
const refusals: string[] = [];

const asApi = <T>(work: (nats: NatsConnection) => Promise<T>): Promise<T> =>
  withNatsConnection({ url: plane.nats.url, credentials: plane.nats.apiCredentials }, work);

beforeAll(async () => {
  plane = await startControlPlane();
  await reconcile(plane.deps);
  [agent, other] = await Promise.all([plane.connectAs(ONE), plane.connectAs(TWO)]);
  void (async () => {
    for await (const { permissionContext } of agent.status())
      if (permissionContext) refusals.push(`${permissionContext.operation} ${permissionContext.subject}`);
  })();
});
afterAll(() => plane.stop());

/** What the server refused of `work`; a flush comes back after every refusal before it. */
const refusedOf = async (work: () => void): Promise<string[]> => {
  refusals.length = 0;
  work();
  await agent.flush();
  await new Promise((resolve) => setImmediate(resolve));
  return [...refusals];
};
const asked = (subject: string) => agent.request(subject, Empty, { timeout: 5_000 });

describe("an agent", () => {
  it("publishes its batches and heartbeats, and has them acknowledged", async () => {
    const stream = agent.jetstream();
    const first = await stream.publish(batchSubject(ONE), "batch", { msgID: "a" });
    expect(await stream.publish(batchSubject(ONE), "batch", { msgID: "a" })).toMatchObject({
      seq: first.seq,
      duplicate: true,
    });
    expect((await stream.publish(heartbeatSubject(ONE), "heartbeat")).stream).toBe("masthead_heartbeats");
  });

  it("reads the policies and its own watermark, and hears of both", async () => {
    const heard: string[] = [];
    for (const subject of [
      bucketSubject(POLICY_BUCKET, ">"),
      bucketSubject(COMMITTED_BUCKET, ONE),
      committedSubject(ONE),
    ])
      agent.subscribe(subject, { callback: (_, message) => heard.push(message.subject) });
    await agent.flush();
    await asApi(async (nats) => {
      await nats.jetstream().publish(bucketSubject(COMMITTED_BUCKET, ONE), "mine");
      await nats.jetstream().publish(bucketSubject(COMMITTED_BUCKET, TWO), "not mine");
      await nats.jetstream().publish(bucketSubject(POLICY_BUCKET, "other"), "set");
      nats.publish(committedSubject(ONE), "mine");
      nats.publish(committedSubject(TWO), "not mine");
      await nats.flush();
    });
    expect((await asked(bucketDirectGetSubject(COMMITTED_BUCKET, ONE))).string()).toBe("mine");
    expect((await asked(bucketDirectGetSubject(POLICY_BUCKET, POLICY_SET_KEY))).data.length).toBeGreaterThan(
      0,
    );
    await agent.flush();
    expect(heard.sort()).toEqual(
      [
        bucketSubject(COMMITTED_BUCKET, ONE),
        bucketSubject(POLICY_BUCKET, "other"),
        committedSubject(ONE),
      ].sort(),
    );
  });

  it.each([
    ["another's batches", batchSubject(TWO)],
    ["another's heartbeats", heartbeatSubject(TWO)],
    ["another's watermark", committedSubject(TWO)],
    ["its own watermark", committedSubject(ONE)],
    ["another's committed key", bucketDirectGetSubject(COMMITTED_BUCKET, TWO)],
    ["a policy", bucketSubject(POLICY_BUCKET, POLICY_SET_KEY)],
    ["a stored watermark", bucketSubject(COMMITTED_BUCKET, ONE)],
    ["a direct get of batches", `$JS.API.DIRECT.GET.${BATCH_STREAM}`],
    ["a direct get of any watermark", `$JS.API.DIRECT.GET.${bucketStream(COMMITTED_BUCKET)}`],
    ["a new consumer", `$JS.API.CONSUMER.CREATE.${BATCH_STREAM}`],
    ["a new durable consumer", `$JS.API.CONSUMER.DURABLE.CREATE.${BATCH_STREAM}.mine`],
    ["a pull", `$JS.API.CONSUMER.MSG.NEXT.${BATCH_STREAM}.masthead_drain`],
    ["an acknowledgement", `$JS.ACK.${BATCH_STREAM}.masthead_drain.1.1.1.1.0`],
    ["a new stream", "$JS.API.STREAM.CREATE.mine"],
    ["a deletion", `$JS.API.STREAM.DELETE.${BATCH_STREAM}`],
    ["the server's events", "$SYS.REQ.SERVER.PING"],
    ["any subject", "hello"],
  ])("may not publish %s", async (_, subject) => {
    expect(await refusedOf(() => agent.publish(subject))).toEqual([`publish ${subject}`]);
  });

  it.each([
    ["everything", ">"],
    ["all batches", "masthead.v1.batches.*"],
    ["its own batches", batchSubject(ONE)],
    ["another's watermark", committedSubject(TWO)],
    ["another's stored watermark", bucketSubject(COMMITTED_BUCKET, TWO)],
    ["another's inbox", `${agentInboxPrefix(TWO)}.>`],
    ["the control plane's inbox", `${API_INBOX_PREFIX}.>`],
    ["anybody's inbox", "_INBOX.>"],
  ])("may not subscribe to %s", async (_, subject) => {
    expect(await refusedOf(() => agent.subscribe(subject))).toEqual([`subscription ${subject}`]);
  });

  it("cannot aim the server's own answers at streams, buckets or another agent's batches", async () => {
    const stateOf = () =>
      asApi(async (nats) => {
        const manager = await nats.jetstreamManager();
        const policies = await manager.streams.info(bucketStream(POLICY_BUCKET));
        const batches = await manager.streams.info(BATCH_STREAM, { subjects_filter: ">" });
        const { messages, last_seq } = policies.state;
        return {
          policies: { messages, last_seq },
          first: batches.state.first_seq,
          subjects: batches.state.subjects,
        };
      });
    const before = await stateOf();
    const targets = [
      `$JS.API.STREAM.PURGE.${BATCH_STREAM}`,
      `$JS.API.STREAM.DELETE.${bucketStream(POLICY_BUCKET)}`,
      `$JS.API.CONSUMER.DELETE.${BATCH_STREAM}.masthead_drain`,
      bucketSubject(POLICY_BUCKET, POLICY_SET_KEY),
      batchSubject(TWO),
    ];
    for (const reply of targets) {
      agent.publish(batchSubject(ONE), "aimed", { reply });
      agent.publish(bucketDirectGetSubject(POLICY_BUCKET, "absent"), Empty, { reply });
    }
    // its answer comes behind all of theirs
    await agent.jetstream().publish(batchSubject(ONE), "last");
    const after = await stateOf();
    expect(after.subjects).toEqual({ [batchSubject(ONE)]: 1 + targets.length + 1 });
    expect([after.policies, after.first]).toEqual([before.policies, before.first]);
  });
});

describe("a second agent", () => {
  it("gets credentials over REST and needs no restart of anything", async () => {
    const answer = await plane.request("POST", "/v1/agents/three/credentials");
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([201, "no-store"]);
    expect(await answer.text()).toContain("BEGIN NATS USER JWT");
    expect((await plane.request("POST", "/v1/agents/a.b/credentials")).status).toBe(400);
    expect((await other.jetstream().publish(batchSubject(TWO), "batch")).stream).toBe(BATCH_STREAM);
  });
});

describe("nobody", () => {
  it("gets in without credentials", async () => {
    await expect(connect({ servers: plane.nats.url, reconnect: false })).rejects.toThrow(/authorization/i);
  });
});
