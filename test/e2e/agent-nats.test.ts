import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureInfrastructure } from "@masthead/api/platform/nats/infrastructure";
import { publishPolicySet } from "@masthead/api/platform/nats/policy-publisher";
import { watermarkPublisher } from "@masthead/api/platform/nats/watermark-publisher";
import { startNats } from "@masthead/infra/nats-server";
import { BATCH_STREAM, batchSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import { decodeBatch } from "@masthead/shared/wire/codec";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { policySet, RecordedHost } from "./support/recorded-host.js";

let cleanup: Cleanup;
let host: RecordedHost;
beforeEach(async () => {
  cleanup = new Cleanup();
  host = await RecordedHost.start(cleanup);
});
afterEach(() => cleanup.run());

const spooled = (): string[] => {
  const spool = join(host.home, "spool");
  return readdirSync(spool, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".json.gz"));
};

/** The batches of the stream, each once. */
async function batches(): Promise<Map<string, Batch>> {
  const messages = await host.stored(BATCH_STREAM, batchSubject(host.agentId));
  const read = await Promise.all(messages.map(decodeBatch));
  return new Map(read.map((batch) => [`${batch.epoch}.${batch.seq}`, batch]));
}
const counted = (all: Iterable<Batch>): number =>
  [...all].reduce((sum, { usage }) => sum + usage.reduce((part, { requests }) => part + requests, 0), 0);

/** Tells the agent that all these are committed, as the drain does. */
function commit(all: Iterable<Batch>): Promise<void> {
  const through = new Map<number, number>();
  for (const { epoch, seq } of all) through.set(epoch, Math.max(seq, through.get(epoch) ?? 0));
  const epochs = [...through].map(([epoch, committedThrough]) => ({
    epoch,
    committedThrough,
    gaps: [],
    refused: [],
  }));
  return host.controlPlane(async (connection) => {
    await watermarkPublisher(connection).publish({ v: 1, agentId: host.agentId, epochs });
    await connection.flush();
  });
}

const balance = ({ captured, batched, lost, pending }: Batch["ledger"]): number =>
  captured - batched - pending - lost.reduce((sum, { count }) => sum + count, 0);

it("follows policies live, publishes what they let through, and frees it when it is committed", async () => {
  const agent = await host.startAgent();
  await until(
    "a heartbeat without a policy",
    async () => (await host.lastHeartbeat())?.policy.effective === 0,
  );
  expect((await batches()).size).toBe(0);

  await host.controlPlane((connection) => publishPolicySet(connection, policySet(4)));
  await until("revision 4 in force", async () => (await host.lastHeartbeat())?.policy.effective === 4);
  // Written once it is in force, and not in one piece.
  const ready = await until(
    "the agent to say that it is ready",
    () => JSON.parse(readFileSync(join(host.home, "run/agent.ready"), "utf8")) as object,
  );
  expect(ready).toMatchObject({ policyRevision: 4, source: "recorded" });
  await until("three batches", async () => (await batches()).size >= 3);

  await host.controlPlane((connection) => publishPolicySet(connection, policySet(5, { not: "a policy" })));
  const failed = await until("revision 5 refused", async () => {
    const heartbeat = await host.lastHeartbeat();
    return heartbeat?.policy.attemptedResult === "failed" && heartbeat.policy;
  });
  expect(failed).toMatchObject({ desired: 5, attempted: 5, effective: 4 });

  expect(await agent.stop()).toBe("exit code 0");
  const all = await batches();
  const last = await until("the last report", async () => {
    const heartbeat = await host.lastHeartbeat();
    return heartbeat?.final && heartbeat;
  });
  expect(last.ledger).toMatchObject({
    pending: 0,
    batched: counted(all.values()),
    captured: counted(all.values()),
  });
  expect([...all.values()].map(({ ledger }) => balance(ledger))).toEqual([...all].map(() => 0));
  expect([...all.values()].map(({ seq }) => seq)).toEqual([...all].map((_, index) => index + 1));
  expect(spooled()).toHaveLength(all.size);

  const next = await host.startAgent();
  await until(
    "the first epoch again",
    async () => (await host.stored(BATCH_STREAM, batchSubject(host.agentId))).length > all.size,
  );
  await commit(all.values());
  await until("the first epoch freed", () => {
    const [first] = all.values();
    return spooled().every((name) => !name.startsWith(`${first?.epoch}/`));
  });
  await next.stop();
});

it("sends everything that is not committed again when NATS comes back empty", async () => {
  await host.controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  const agent = await host.startAgent();
  await until("three batches", async () => (await batches()).size >= 3);
  const committed = await batches();
  await commit(committed.values());
  const { port } = host.nats;
  await until("them freed", () => spooled().every((name) => !name.includes("/1.")));
  await host.nats.wipe();
  host.nats = await startNats({ dir: join(host.folder, "nats"), port });
  await host.controlPlane(ensureInfrastructure);
  await host.controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  await until("batches again", async () => (await batches()).size >= 3);
  expect(await agent.stop()).toBe("exit code 0");
  const again = await batches();
  const last = await host.lastHeartbeat();
  expect(counted(new Map([...committed, ...again]).values())).toBe(last?.ledger.batched);
});

it("loses no batch to SIGKILL: the next epoch sends what the last one left, under the last good policy", async () => {
  await host.controlPlane((connection) => publishPolicySet(connection, policySet(7)));
  const agent = await host.startAgent();
  await until("three batches", async () => (await batches()).size >= 3);
  // Away, so that the spool is all there is.
  await host.nats.stop();
  const before = spooled().length;
  await until("more in the spool", () => spooled().length >= before + 3);
  await agent.stop("SIGKILL");
  const left = spooled();

  const next = await host.startAgent();
  await until("the policy in force without NATS", () => {
    const ready = JSON.parse(readFileSync(join(host.home, "run/agent.ready"), "utf8"));
    return ready.policyRevision === 7 && next.errors().includes("ready");
  });
  host.nats = await startNats({ dir: join(host.folder, "nats") });
  await until("all that was left", async () => {
    const all = await batches();
    return left.every((name) => all.has(name.replace("/", ".").split(".").slice(0, 2).join(".")));
  });
  const epochs = async () => new Set([...(await batches()).values()].map(({ epoch }) => epoch));
  await until("a batch of its own", async () => (await epochs()).size > 1);
  expect((await epochs()).size).toBe(2);
  await next.stop();
});

it("replays a recording, loudly, where the programs cannot be loaded", async () => {
  await host.controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  const agent = await host.startAgent([], { MASTHEAD_BPF_OBJECT: join(host.folder, "not-there.o") });
  const [batch] = await until("a batch", async () => {
    const all = await batches();
    return all.size > 0 && [...all.values()];
  });
  expect(batch?.connections.every(({ source }) => source === "recorded")).toBe(true);
  const heartbeat = await until("a heartbeat", () => host.lastHeartbeat());
  expect(heartbeat).toMatchObject({ source: "recorded", health: { status: "degraded" } });
  expect(agent.errors()).toContain("NOTHING ON THIS HOST IS CAPTURED");
  expect(await agent.stop()).toBe("exit code 0");
});
