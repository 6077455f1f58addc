import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Backends, startBackends } from "./support/backends.js";
import { type RunningWorker, runWorker } from "./support/worker.js";

let cleanup: Cleanup;
let backends: Backends;
let worker: RunningWorker;
beforeEach(async () => {
  cleanup = new Cleanup();
  backends = await startBackends(cleanup);
  worker = await runWorker(cleanup, backends);
  await worker.runScheduled();
});
afterEach(() => cleanup.run());

const POLICY = {
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name: "later" },
  spec: { headers: { request: [{ name: "x-request-id", action: "keep" }] } },
};

describe("the Worker, in real workerd,", () => {
  it("without Postgres is alive, asks to try again, and fails its drain", async () => {
    await backends.postgres.close();
    expect((await worker.ask("GET", "/healthz")).status).toBe(200);
    for (const path of ["/v1/policies", "/readyz"]) {
      const { status, headers, json } = await worker.ask("GET", path);
      expect([path, status, json["code"], headers.get("retry-after")]).toEqual([
        path,
        503,
        "unavailable",
        "1",
      ]);
    }
    await expect(worker.runScheduled()).rejects.toThrow("scheduled");
  });

  it("without NATS stores policies, says that they are not published, and fails its drain", async () => {
    await backends.nats.close();
    const put = await worker.ask("PUT", "/v1/policies/later", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(POLICY),
    });
    expect([put.status, put.json["published"]]).toEqual([201, false]);
    expect((await worker.ask("GET", "/v1/policies/later")).status).toBe(200);
    const { status, json } = await worker.ask("GET", "/readyz");
    expect([status, json["code"]]).toEqual([503, "unavailable"]);
    await expect(worker.runScheduled()).rejects.toThrow("scheduled");
  });
});
