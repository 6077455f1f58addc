import { join } from "node:path";
import { connectNats, flushed, type NatsConnection } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure } from "@masthead/api/platform/nats/infrastructure";
import { pullQueue } from "@masthead/api/platform/nats/pull-queue";
import { startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { agentInboxPrefix, BATCH_STREAM, batchSubject, DRAIN_CONSUMER } from "@masthead/shared/subjects";
import { connect, credsAuthenticator } from "nats";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";

const ONE = agentIdSchema.parse("one");
const PULL_MS = 30_000;

const cleanup = new Cleanup();
let nats: NatsConnection;
beforeAll(async () => {
  const server = await startNats({ dir: join(cleanup.folder(), "nats") });
  cleanup.add(() => server.stop());
  nats = await connectNats({ url: server.url, credentials: server.apiCredentials });
  cleanup.add(() => nats.close());
  await ensureInfrastructure(nats);
  const credentials = new TextEncoder().encode(await server.createAgentCredentials(ONE));
  const agent = await connect({
    servers: server.url,
    authenticator: credsAuthenticator(credentials),
    inboxPrefix: agentInboxPrefix(ONE),
  });
  for (const text of ["1", "2", "3"]) await agent.jetstream().publish(batchSubject(ONE), text);
  await agent.close();
});
afterAll(() => cleanup.run());

it("may be left in the middle of a pull, and gives the rest back at once", async () => {
  const queue = pullQueue(nats, BATCH_STREAM, DRAIN_CONSUMER);
  const taken: string[] = [];
  // The first one fails where it is settled, as when Postgres is away.
  for await (const message of queue.fetch(3, PULL_MS)) {
    taken.push(new TextDecoder().decode(message.data));
    message.nak();
    break;
  }
  for await (const message of queue.fetch(3, PULL_MS)) {
    taken.push(new TextDecoder().decode(message.data));
    message.ack();
  }
  expect(taken.slice(0, 1)).toEqual(["1"]);
  expect(taken.slice(1).sort()).toEqual(["1", "2", "3"]);
}, 20_000);

it("a wait for all to be sent ends when the connection is gone: a drain that waits has to begin anew", async () => {
  const server = await startNats({ dir: join(cleanup.folder(), "nats") });
  cleanup.add(() => server.kill());
  const connection = await connectNats({ url: server.url, credentials: server.apiCredentials });
  process.kill(server.pid, "SIGSTOP");
  const waiting = flushed(connection);
  await server.kill();
  await waiting;
  expect(connection.isClosed()).toBe(true);
}, 20_000);
