import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Backends, noneIsLeft, startBackends } from "./support/backends.js";
import { sendAgain, tellAll, watermarkOf } from "./support/counted-once.js";
import { exchangesOf, sorted, usageOf } from "./support/expected.js";
import { type RunningLambda, startLambda } from "./support/lambda.js";
import { type Published, runRecordedAgent } from "./support/recorded-agent.js";

const AGENT = "edge-2";
const cleanup = new Cleanup();
let backends: Backends;
let lambda: RunningLambda;
beforeAll(async () => {
  backends = await startBackends(cleanup);
  lambda = await startLambda(cleanup, backends);
});
afterAll(() => cleanup.run());

const POLICY = {
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name: "default", description: "Größe" },
  spec: { priority: -1000, headers: { request: [{ name: "x-request-id", action: "keep" }] } },
};
const AS_JSON = { "content-type": "application/json" };

describe("the Lambda function, bundled, over a real Postgres and NATS", () => {
  it("answers requests of API Gateway, and keeps no connection between them", async () => {
    await lambda.runScheduled();
    const put = { headers: AS_JSON, body: JSON.stringify(POLICY) };
    const saved = await lambda.ask("PUT", "/v1/policies/default", put);
    expect([saved.status, saved.json]).toEqual([
      200,
      expect.objectContaining({ revision: 2, published: true }),
    ]);
    const again = await lambda.askInBase64("PUT", "/v1/policies/default", put);
    expect([again.status, again.json["revision"]]).toEqual([200, 2]);
    const got = await lambda.ask("GET", "/v1/policies/default");
    expect([got.status, got.headers.get("etag"), got.json["document"]]).toEqual([
      200,
      '"2"',
      expect.objectContaining({ metadata: POLICY.metadata }),
    ]);
    await noneIsLeft(backends);
  });

  it("answers errors and other types as everywhere", async () => {
    const refused = await lambda.ask("GET", "/v1/policies", { headers: { authorization: "" } });
    expect([refused.status, refused.headers.get("content-type"), refused.json["code"]]).toEqual([
      401,
      "application/problem+json",
      "unauthenticated",
    ]);
    expect((await lambda.ask("GET", "/docs")).text).toMatch(/^<!doctype html>/);
    expect((await lambda.ask("GET", "/metrics")).text).toContain("masthead_policy_revision 2\n");
  });

  let published: Published;
  it("drains what a real agent sent when its schedule says so, exactly", async () => {
    const signed = await lambda.ask("POST", `/v1/agents/${AGENT}/credentials`);
    published = await runRecordedAgent(cleanup, backends.plane, AGENT, signed.text);
    const { batches, last } = published;
    await lambda.runScheduled();
    const told = await tellAll(lambda.ask, AGENT);
    expect([told.server, told.client]).toEqual([usageOf(batches, "server"), usageOf(batches, "client")]);
    expect(sorted(told.exchanges)).toEqual(sorted(exchangesOf(batches)));
    expect(told.ids).toBe(last.ledger.captured);
    expect(await watermarkOf(backends.plane, AGENT)).toMatchObject({
      epochs: [{ epoch: last.epoch, committedThrough: batches.length, gaps: [], refused: [] }],
    });
    await sendAgain(backends.plane, AGENT, published.messages);
    await lambda.runScheduled();
    expect(await tellAll(lambda.ask, AGENT)).toEqual(told);
  });

  it("says so when its timeout leaves no time for the drain", async () => {
    await expect(lambda.runScheduled(10_000)).rejects.toThrow("a timeout of more than 10 seconds");
  });

  it("holds nothing open: the process ends by itself", async () => {
    await noneIsLeft(backends);
    await lambda.finish();
  });
});
