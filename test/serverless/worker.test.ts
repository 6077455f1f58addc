import { gzipSync } from "node:zlib";
import { createApp } from "@masthead/api/app";
import { bucketDirectGetSubject, POLICY_BUCKET, POLICY_SET_KEY } from "@masthead/shared/subjects";
import { BATCH_MAX_BYTES } from "@masthead/shared/wire/batch";
import { decodePolicySet } from "@masthead/shared/wire/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Backends, startBackends } from "./support/backends.js";
import { sendAgain, tellAll, watermarkOf } from "./support/counted-once.js";
import { exchangesOf, sorted, usageOf } from "./support/expected.js";
import { type Published, runRecordedAgent } from "./support/recorded-agent.js";
import { type RunningWorker, runWorker } from "./support/worker.js";

const AGENT = "edge-1";
const cleanup = new Cleanup();
let backends: Backends;
let worker: RunningWorker;
beforeAll(async () => {
  backends = await startBackends(cleanup);
  worker = await runWorker(cleanup, backends);
});
afterAll(() => cleanup.run());

const POLICY = `
apiVersion: masthead.dev/v1
kind: CapturePolicy
metadata: { name: default }
spec:
  priority: -1000
  headers:
    request: [{ name: x-request-id, action: keep }]
`;
const AS_YAML = { "content-type": "application/yaml" };

describe("the Worker's requests, in real workerd over TCP to the real Postgres and NATS", () => {
  it("find a NATS that is empty, and one that is set up after the first scheduled run", async () => {
    expect((await worker.ask("GET", "/readyz")).status).toBe(503);
    await worker.runScheduled();
    expect((await worker.ask("GET", "/readyz")).status).toBe(200);
  });

  it("store a policy and publish it to the agents", async () => {
    const put = await worker.ask("PUT", "/v1/policies/default", { body: POLICY, headers: AS_YAML });
    expect([put.status, put.json]).toEqual([200, expect.objectContaining({ revision: 2, published: true })]);
    const got = await worker.ask("GET", "/v1/policies/default");
    expect([got.status, got.headers.get("etag"), got.json.revision]).toEqual([200, '"2"', 2]);
    const agent = await backends.plane.connectAs(AGENT);
    const message = await agent.request(bucketDirectGetSubject(POLICY_BUCKET, POLICY_SET_KEY));
    expect(await decodePolicySet(message.data)).toMatchObject({
      revision: 2,
      policies: [{ name: "default" }],
    });
  });

  it.each([
    ["no key", 401, "GET", "/v1/policies", { headers: { authorization: "" } }],
    ["no YAML", 400, "PUT", "/v1/policies/a", { headers: AS_YAML, body: "a: [" }],
    [
      "a kept credential",
      422,
      "PUT",
      "/v1/policies/default",
      {
        headers: AS_YAML,
        body: POLICY.replace("x-request-id", "authorization"),
      },
    ],
    ["too large a document", 413, "PUT", "/v1/policies/a", { body: " ".repeat(600_000) }],
    ["no such policy", 404, "GET", "/v1/policies/none", {}],
  ])("are refused as everywhere: %s", async (_what, status, method, path, options) => {
    const answer = await worker.ask(method, path, options);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(answer.json.status).toBe(status);
  });

  it("are answered with the same documents as in Node", async () => {
    const app = createApp(backends.plane.deps);
    for (const path of ["/openapi.json", "/docs"]) {
      const answer = await worker.ask("GET", path);
      const inNode = await app.request(path);
      expect([answer.status, answer.text]).toEqual([200, await inNode.text()]);
      expect(answer.headers.get("content-type")).toBe(inNode.headers.get("content-type"));
    }
  });
});

describe("the Worker's drain, in real workerd", () => {
  let published: Published;

  it("commits what a real agent sent, exactly, and tells the agent", async () => {
    const signed = await worker.ask("POST", `/v1/agents/${AGENT}/credentials`);
    expect(signed.status).toBe(201);
    published = await runRecordedAgent(cleanup, backends.plane, AGENT, signed.text);
    const { batches, last } = published;

    await worker.runScheduled();
    const told = await tellAll(worker.ask, AGENT);
    expect(told.server).toEqual(usageOf(batches, "server"));
    expect(told.client).toEqual(usageOf(batches, "client"));
    expect([...told.server, ...told.client].reduce((sum, { requests }) => sum + requests, 0)).toBe(
      last.ledger.captured,
    );
    expect(sorted(told.exchanges)).toEqual(sorted(exchangesOf(batches)));
    expect([told.exchanges.length, told.ids]).toEqual([last.ledger.captured, last.ledger.captured]);
    expect(told.completeness).toEqual({ lost: 0, pending: 0, gaps: [] });
    expect(told.exchanges[0]?.attributes).toMatchObject({
      "policy.revision": 2,
      "http.request.header.x-request-id": [expect.stringMatching(/^r-\d+$/)],
    });
    expect(await watermarkOf(backends.plane, AGENT)).toEqual({
      v: 1,
      agentId: AGENT,
      epochs: [{ epoch: last.epoch, committedThrough: batches.length, gaps: [], refused: [] }],
    });
  });

  it("draws a report's page as in Node", async () => {
    const [first] = usageOf(published.batches, "server");
    const month = new Date((published.batches[0]?.exchanges[0]?.timeUs ?? 0) / 1000)
      .toISOString()
      .slice(0, 7);
    const path = `/v1/tenants/${encodeURIComponent(first?.tenant ?? "")}/reports/${month}?format=html`;
    const charts = (text: string) => text.match(/<svg[\s\S]*?<\/svg>/g);
    const answer = await worker.ask("GET", path);
    expect(answer.status).toBe(200);
    expect(charts(answer.text)?.length).toBeGreaterThan(2);
    expect(charts(answer.text)).toEqual(charts(await (await backends.plane.request("GET", path)).text()));
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'.*script-src 'sha256-/);
  });

  it("changes nothing when the same batches come again (promise counted-once)", async () => {
    const before = await tellAll(worker.ask, AGENT);
    await sendAgain(backends.plane, AGENT, published.messages);
    await worker.runScheduled();
    expect(await tellAll(worker.ask, AGENT)).toEqual(before);
    expect(worker.lastDrain()).toMatchObject({
      messages: published.messages.length,
      duplicates: published.messages.length,
      committed: 0,
    });
  });

  it("sets aside what it cannot read, holding no more of it than a batch may have", async () => {
    const before = await tellAll(worker.ask, AGENT);
    const bomb = gzipSync(Buffer.alloc(BATCH_MAX_BYTES + 1));
    await sendAgain(backends.plane, AGENT, [Buffer.from("no batch"), bomb, gzipSync("{")]);
    await worker.runScheduled();
    const { sql } = backends.plane.database.open("owner");
    expect(await sql`select reason, agent_id from set_aside order by id`).toEqual(
      ["not_gzip", "too_large", "not_json"].map((reason) => ({ reason, agent_id: AGENT })),
    );
    expect(await tellAll(worker.ask, AGENT)).toEqual(before);
  });
});
