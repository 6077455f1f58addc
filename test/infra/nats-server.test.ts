import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { type AgentId, agentIdSchema } from "@masthead/shared/ids";
import { API_INBOX_PREFIX, agentInboxPrefix, batchSubject } from "@masthead/shared/subjects";
import { connect, credsAuthenticator } from "nats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const text = new TextEncoder();
let dir: string;
let server: NatsServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "masthead-test-"));
  server = await startNats({ dir });
});
afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const connectApi = () =>
  connect({
    servers: server.url,
    authenticator: credsAuthenticator(text.encode(server.apiCredentials)),
    inboxPrefix: API_INBOX_PREFIX,
  });
const connectAgent = async (id: AgentId) =>
  connect({
    servers: server.url,
    authenticator: credsAuthenticator(text.encode(await server.createAgentCredentials(id))),
    inboxPrefix: agentInboxPrefix(id),
  });

describe("the NATS server", () => {
  it("lets nobody in without credentials", async () => {
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toMatchObject({
      code: "AUTHORIZATION_VIOLATION",
    });
  });

  it("refuses an agent the subjects of another", async () => {
    const one = agentIdSchema.parse("one");
    const client = await connectAgent(one);
    const refused = (async () => {
      for await (const status of client.status()) if (status.type === "error") return String(status.data);
      return "none";
    })();
    client.publish(batchSubject(agentIdSchema.parse("two")), "x");
    expect(await refused).toBe("PERMISSIONS_VIOLATION");
    await client.close();
  });

  it("keeps a stream over a crash, and loses it when wiped", async () => {
    const streams = async () => {
      const client = await connectApi();
      const manager = await client.jetstreamManager();
      const names = await manager.streams.names().next();
      await client.close();
      return names;
    };
    const client = await connectApi();
    await (await client.jetstreamManager()).streams.add({ name: "kept", subjects: ["kept"] });
    await client.close();
    await server.kill();
    const { port } = server;
    server = await startNats({ dir });
    expect(server.port).toBe(port);
    expect(await streams()).toEqual(["kept"]);
    await server.wipe();
    server = await startNats({ dir });
    expect(await streams()).toEqual([]);
  });
});
