import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiVariables, readApiConfiguration } from "@masthead/api/config";
import { adminKeyIn } from "@masthead/api/resident/admin-key";
import { type RunningServer, startServer } from "@masthead/api/server";
import { agentIdSchema } from "@masthead/shared/ids";
import { heartbeatSubject } from "@masthead/shared/subjects";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/until.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";
import { makeHeartbeat } from "./support/heartbeats.js";

let plane: TestControlPlane;
let home: string;
let server: RunningServer;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

const start = async () => {
  const credentials = join(home, "api.creds");
  await writeFile(credentials, plane.nats.apiCredentials, { mode: 0o600 });
  const configuration = readApiConfiguration({
    [apiVariables.home.name]: home,
    [apiVariables.port.name]: "0",
    [apiVariables.databaseUrl.name]: plane.database.appUrl,
    [apiVariables.ingestDatabaseUrl.name]: plane.database.ingestUrl,
    [apiVariables.natsUrl.name]: plane.nats.url,
    [apiVariables.natsCredentials.name]: credentials,
  });
  return startServer(configuration, { adminKey: adminKeyIn(home), log: silent });
};
const get = (path: string, key = adminKeyIn(home)) =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "masthead-test-home-"));
  plane = await startControlPlane();
  server = await start();
});
afterAll(async () => {
  await server?.stop();
  await plane?.stop();
  await rm(home, { recursive: true, force: true });
});

describe("the resident server", () => {
  it("becomes ready by itself on an empty database and an empty NATS", async () => {
    await until("the server is ready", async () => (await get("/readyz")).status === 200);
    expect((await (await get("/v1/policies")).json()) as object).toMatchObject({
      items: [{ name: "default", revision: 1 }],
    });
  });

  it("keeps its admin key in a file that only its owner can read", async () => {
    const file = join(home, "admin.key");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(adminKeyIn(home)).toBe((await readFile(file, "utf8")).trim());
    expect((await get("/v1/agents", "mh_0000000000000000_")).status).toBe(401);
  });

  const send = async (id: string) => {
    const agentId = agentIdSchema.parse(id);
    const agent = await plane.connectAs(agentId);
    await agent.jetstream().publish(heartbeatSubject(agentId), JSON.stringify(makeHeartbeat({ agentId })));
  };
  const isKnown = async (id: string) => (await get(`/v1/agents/${id}`)).status === 200;

  it("drains what agents send", async () => {
    await send("resident-1");
    await until("the heartbeat is drained", () => isKnown("resident-1"));
  });

  it("comes back when NATS has lost everything, and drains on", async () => {
    await plane.wipeNats();
    await until("NATS is made good", async () => (await get("/readyz")).status === 200);
    await send("resident-2");
    await until("the heartbeat is drained", () => isKnown("resident-2"));
  });

  it("answers a health check by HTTP/1.0 that names no host", async () => {
    const client = connect(Number(new URL(server.url).port), "127.0.0.1");
    client.write("GET /healthz HTTP/1.0\r\n\r\n");
    const [answer] = (await once(client, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    client.destroy();
  });

  it("keeps connections longer than a load balancer does, and stops all the same once they have their answer", async () => {
    const client = connect(Number(new URL(server.url).port), "127.0.0.1");
    client.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
    await once(client, "connect");
    await get("/healthz");
    const stopped = server.stop();
    client.write("\r\n");
    const [answer] = (await once(client, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 /);
    expect(Number(/^Keep-Alive: timeout=(\d+)/im.exec(answer.toString())?.[1])).toBeGreaterThan(60);
    await stopped;
    server = await start();
    await until("the server is back", async () => (await get("/v1/agents")).status === 200);
  });

  it("finishes what it is asked before it stops, and starts again with the same key", async () => {
    const asked = Array.from({ length: 20 }, () => get("/v1/agents"));
    const first = await Promise.race(asked);
    await server.stop();
    const statuses = (await Promise.allSettled(asked)).map((one) =>
      one.status === "fulfilled" ? one.value.status : 0,
    );
    expect(first.status).toBe(200);
    expect(statuses.filter((status) => status !== 200 && status !== 0)).toEqual([]);
    await expect(get("/healthz")).rejects.toThrow();
    server = await start();
    await until("the server is back", async () => (await get("/v1/agents")).status === 200);
  });
});

describe("its configuration", () => {
  it("names what is missing or wrong, never a value", () => {
    expect(() => readApiConfiguration({})).toThrow(
      /MASTHEAD_DATABASE_URL: missing; MASTHEAD_NATS_URL: missing/,
    );
    expect(() => readApiConfiguration({ MASTHEAD_PORT: "secret" })).toThrow(/^(?!.*secret)/);
  });
});
