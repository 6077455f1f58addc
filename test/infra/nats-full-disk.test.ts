import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure, hasBatchStream } from "@masthead/api/platform/nats/infrastructure";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { killedWhenHung } from "@masthead/infra/supervisor/hung-part";
import { keepRunning } from "@masthead/infra/supervisor/part";
import { agentIdSchema } from "@masthead/shared/ids";
import { agentInboxPrefix, batchSubject } from "@masthead/shared/subjects";
import { connect, credsAuthenticator } from "nats";
import { afterEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";

const AGENT = agentIdSchema.parse("full-disk");
const WITHIN_MS = 500;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** As `npm start` keeps it, and asked more often. @param onStart told of each that is started */
const keepNats = async (dir: string, onStart: (server: NatsServer) => void): Promise<void> => {
  const start = async () => {
    const server = await startNats({ dir });
    onStart(server);
    const address = { url: server.url, credentials: server.apiCredentials };
    const answers = () => withNatsConnection(address, hasBatchStream);
    return killedWhenHung(server, { name: "NATS", answers, say: () => {}, everyMs: 100 });
  };
  const hooks = { say: () => {}, onStart: () => {}, onEnd: () => {} };
  const part = await keepRunning("NATS", start, hooks);
  cleanup.add(() => part.stop());
};

/** Publishes a batch's bytes as an agent does. @returns what the stream answers */
const publish = async (server: NatsServer): Promise<string> => {
  const credentials = new TextEncoder().encode(await server.createAgentCredentials(AGENT));
  const agent = await connect({
    ...{ servers: server.url, inboxPrefix: agentInboxPrefix(AGENT), reconnect: false },
    authenticator: credsAuthenticator(credentials),
  });
  try {
    return (await agent.request(batchSubject(AGENT), Buffer.alloc(3000), { timeout: WITHIN_MS })).string();
  } finally {
    await agent.close();
  }
};

const isTaken = (server: NatsServer): Promise<boolean> =>
  publish(server).then(
    (answer) => answer.includes('"stream":"masthead_batches"') && !answer.includes('"error"'),
    () => false,
  );

// nats-server 2.9 hangs since then; of one that does not this asks no more than that it goes on.
it("NATS takes batches again when its disk, which was full, has room", async () => {
  const dir = cleanup.folder();
  const store = join(dir, "store");
  mkdirSync(store);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", store]);
  cleanup.add(() => void execFileSync("umount", [store]));
  const started: NatsServer[] = [];
  await keepNats(dir, (server) => started.push(server));
  const [server] = started as [NatsServer];
  await withNatsConnection({ url: server.url, credentials: server.apiCredentials }, ensureInfrastructure);
  expect(await isTaken(server)).toBe(true);
  const filler = join(store, "filler");
  expect(() => writeFileSync(filler, Buffer.alloc(4 * 1024 ** 2))).toThrow("ENOSPC");
  expect(await isTaken(server)).toBe(false);
  rmSync(filler);
  await until("batches are taken again", () => isTaken(started.at(-1) ?? server));
});

it("NATS that stands still is killed, and comes back with all it had", async () => {
  const started: NatsServer[] = [];
  await keepNats(cleanup.folder(), (server) => started.push(server));
  const [server] = started as [NatsServer];
  await withNatsConnection({ url: server.url, credentials: server.apiCredentials }, ensureInfrastructure);
  process.kill(server.pid, "SIGSTOP");
  expect(await server.ended).toBe("SIGKILL");
  await until("batches are taken again", () => isTaken(started.at(-1) ?? server));
});
