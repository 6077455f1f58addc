import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectNats, type NatsConnection } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure } from "@masthead/api/platform/nats/infrastructure";
import { publishPolicySet } from "@masthead/api/platform/nats/policy-publisher";
import { watermarkPublisher } from "@masthead/api/platform/nats/watermark-publisher";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { DEFAULT_POLICY_DOCUMENT } from "@masthead/shared/policy/default-policy";
import { BATCH_STREAM, batchSubject, HEARTBEAT_STREAM, heartbeatSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import { decodeBatch } from "@masthead/shared/wire/codec";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Program, startProgram } from "../support/program.js";
import { until } from "../support/until.js";

const AGENT = fileURLToPath(new URL("../../packages/agent/bin/masthead-agent.js", import.meta.url));
const agentId = agentIdSchema.parse("host-1");
const policySet = (revision: number, document: unknown = DEFAULT_POLICY_DOCUMENT) => ({
  v: 1 as const,
  revision,
  policies: [{ name: "default", revision, document }],
});
/** Fast, and with more exchanges than one batch has within a flush. */
const RECORDING = {
  v: 1,
  exchanges: Array.from({ length: 50 }, (_, index) => ({
    ...{ afterMs: 1, durationMs: 1 + index, role: "server", service: "shop", tenant: `t${index % 3}` },
    ...{ method: "GET", path: `/v1/orders/${index}`, status: 200, requestBytes: 100, responseBytes: 200 },
  })),
};

let cleanup: Cleanup;
let folder: string;
let nats: NatsServer;
beforeEach(async () => {
  cleanup = new Cleanup();
  folder = cleanup.folder();
  nats = await startNats({ dir: join(folder, "nats") });
  cleanup.add(() => nats.stop());
  await controlPlane(ensureInfrastructure);
});
afterEach(() => cleanup.run());

async function controlPlane<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connectNats({ url: nats.url, credentials: nats.apiCredentials });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const home = () => join(folder, "home");
const spooled = (): string[] => {
  const spool = join(home(), "spool");
  return readdirSync(spool, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".json.gz"));
};

async function startAgent(
  args: string[] = ["--recorded", join(folder, "recording.json")],
  environment: Record<string, string> = {},
): Promise<Program> {
  mkdirSync(home(), { recursive: true });
  const credentials = join(folder, "agent.creds");
  writeFileSync(credentials, await nats.createAgentCredentials(agentId));
  writeFileSync(join(folder, "recording.json"), JSON.stringify(RECORDING));
  const agent = startProgram(process.execPath, [AGENT, "run", ...args], {
    env: {
      ...process.env,
      MASTHEAD_HOME: home(),
      MASTHEAD_NATS_URL: nats.url,
      MASTHEAD_NATS_CREDENTIALS: credentials,
      MASTHEAD_FLUSH_AFTER_MS: "50",
      MASTHEAD_HEARTBEAT_EVERY_MS: "200",
      ...environment,
    },
  });
  cleanup.add(() => agent.stop("SIGKILL"));
  return agent;
}

/** Every message that the stream holds on a subject. */
const stored = (stream: string, subject: string): Promise<Uint8Array[]> =>
  controlPlane(async (connection) => {
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const { state } = await manager.streams.info(stream);
    const messages: Uint8Array[] = [];
    for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq += 1) {
      const message = await manager.streams.getMessage(stream, { seq });
      if (message.subject === subject) messages.push(message.data);
    }
    return messages;
  });

/** The batches of the stream, each once. */
async function batches(): Promise<Map<string, Batch>> {
  const messages = await stored(BATCH_STREAM, batchSubject(agentId));
  const read = await Promise.all(messages.map(decodeBatch));
  return new Map(read.map((batch) => [`${batch.epoch}.${batch.seq}`, batch]));
}
async function lastHeartbeat(): Promise<Heartbeat | undefined> {
  const [message] = await stored(HEARTBEAT_STREAM, heartbeatSubject(agentId));
  return message && heartbeatSchema.parse(JSON.parse(new TextDecoder().decode(message)));
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
  return controlPlane(async (connection) => {
    await watermarkPublisher(connection).publish({ v: 1, agentId, epochs });
    await connection.flush();
  });
}

const balance = ({ captured, batched, lost, pending }: Batch["ledger"]): number =>
  captured - batched - pending - lost.reduce((sum, { count }) => sum + count, 0);

it("follows policies live, publishes what they let through, and frees it when it is committed", async () => {
  const agent = await startAgent();
  await until("a heartbeat without a policy", async () => (await lastHeartbeat())?.policy.effective === 0);
  expect((await batches()).size).toBe(0);

  await controlPlane((connection) => publishPolicySet(connection, policySet(4)));
  await until("revision 4 in force", async () => (await lastHeartbeat())?.policy.effective === 4);
  // Written once it is in force, and not in one piece.
  const ready = await until(
    "the agent to say that it is ready",
    () => JSON.parse(readFileSync(join(home(), "run/agent.ready"), "utf8")) as object,
  );
  expect(ready).toMatchObject({ policyRevision: 4, source: "recorded" });
  await until("three batches", async () => (await batches()).size >= 3);

  await controlPlane((connection) => publishPolicySet(connection, policySet(5, { not: "a policy" })));
  const failed = await until("revision 5 refused", async () => {
    const heartbeat = await lastHeartbeat();
    return heartbeat?.policy.attemptedResult === "failed" && heartbeat.policy;
  });
  expect(failed).toMatchObject({ desired: 5, attempted: 5, effective: 4 });

  expect(await agent.stop()).toBe("exit code 0");
  const all = await batches();
  const last = await until("the last report", async () => {
    const heartbeat = await lastHeartbeat();
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

  const next = await startAgent();
  await until(
    "the first epoch again",
    async () => (await stored(BATCH_STREAM, batchSubject(agentId))).length > all.size,
  );
  await commit(all.values());
  await until("the first epoch freed", () => {
    const [first] = all.values();
    return spooled().every((name) => !name.startsWith(`${first?.epoch}/`));
  });
  await next.stop();
});

it("sends everything that is not committed again when NATS comes back empty", async () => {
  await controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  const agent = await startAgent();
  await until("three batches", async () => (await batches()).size >= 3);
  const committed = await batches();
  await commit(committed.values());
  const { port } = nats;
  await until("them freed", () => spooled().every((name) => !name.includes("/1.")));
  await nats.wipe();
  nats = await startNats({ dir: join(folder, "nats"), port });
  await controlPlane(ensureInfrastructure);
  await controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  await until("batches again", async () => (await batches()).size >= 3);
  expect(await agent.stop()).toBe("exit code 0");
  const again = await batches();
  const last = await lastHeartbeat();
  expect(counted(new Map([...committed, ...again]).values())).toBe(last?.ledger.batched);
});

it("loses no batch to SIGKILL: the next epoch sends what the last one left, under the last good policy", async () => {
  await controlPlane((connection) => publishPolicySet(connection, policySet(7)));
  const agent = await startAgent();
  await until("three batches", async () => (await batches()).size >= 3);
  // Away, so that the spool is all there is.
  await nats.stop();
  const before = spooled().length;
  await until("more in the spool", () => spooled().length >= before + 3);
  await agent.stop("SIGKILL");
  const left = spooled();

  const next = await startAgent();
  await until("the policy in force without NATS", () => {
    const ready = JSON.parse(readFileSync(join(home(), "run/agent.ready"), "utf8"));
    return ready.policyRevision === 7 && next.errors().includes("ready");
  });
  nats = await startNats({ dir: join(folder, "nats") });
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
  await controlPlane((connection) => publishPolicySet(connection, policySet(1)));
  const agent = await startAgent([], { MASTHEAD_BPF_OBJECT: join(folder, "not-there.o") });
  const [batch] = await until("a batch", async () => {
    const all = await batches();
    return all.size > 0 && [...all.values()];
  });
  expect(batch?.connections.every(({ source }) => source === "recorded")).toBe(true);
  const heartbeat = await until("a heartbeat", lastHeartbeat);
  expect(heartbeat).toMatchObject({ source: "recorded", health: { status: "degraded" } });
  expect(agent.errors()).toContain("NOTHING ON THIS HOST IS CAPTURED");
  expect(await agent.stop()).toBe("exit code 0");
});
