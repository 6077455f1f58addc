import { fileURLToPath } from "node:url";
import { DRAIN_CONNECTIONS } from "@masthead/api/drain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { type Backends, noneIsLeft, startBackends } from "./support/backends.js";
import { type RunningWorker, runWorker } from "./support/worker.js";

const REQUESTS = 6;
const KEPT = fileURLToPath(new URL("./fixtures/kept-invocation.ts", import.meta.url));
const cleanup = new Cleanup();
let backends: Backends;
beforeAll(async () => {
  backends = await startBackends(cleanup);
});
afterAll(() => cleanup.run());

const made = () => ({ postgres: backends.postgres.made(), nats: backends.nats.made() });
/** How many connections `work` made to each, and what it answered. */
const counted = async <T>(work: () => Promise<T>) => {
  const before = made();
  const answer = await work();
  const after = made();
  return { answer, postgres: after.postgres - before.postgres, nats: after.nats - before.nats };
};
/** Postgres' goodbye, without which it logs a client that was lost. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
const goodbyes = (): number => {
  const sent = backends.postgres.sent();
  let found = 0;
  for (let at = sent.indexOf(TERMINATE); at >= 0; at = sent.indexOf(TERMINATE, at + 1)) found += 1;
  return found;
};

describe("no client outlives its request (design, section 6): in workerd", () => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await runWorker(cleanup, backends);
    await worker.runScheduled();
    await noneIsLeft(backends);
  });

  it.each([
    ["/healthz", { postgres: 0, nats: 0 }],
    ["/v1/policies", { postgres: 1, nats: 0 }],
    ["/v1/usage", { postgres: 1, nats: 0 }],
    ["/readyz", { postgres: 1, nats: 1 }],
  ])("each request of %s opens what it needs, and closes it", async (path, expected) => {
    for (let request = 0; request < REQUESTS; request++) {
      const { answer, ...connections } = await counted(() => worker.ask("GET", path));
      expect([request, answer.status, connections]).toEqual([request, 200, expected]);
    }
    await noneIsLeft(backends);
  });

  it("requests at once share nothing", async () => {
    const all = () => Promise.all(Array.from({ length: REQUESTS }, () => worker.ask("GET", "/readyz")));
    const { answer, ...connections } = await counted(all);
    expect(answer.map(({ status }) => status)).toEqual(Array.from({ length: REQUESTS }, () => 200));
    expect(connections).toEqual({ postgres: REQUESTS, nats: REQUESTS });
    await noneIsLeft(backends);
  });

  it("so do requests beside the drain, and one drain after another", async () => {
    for (let run = 0; run < 2; run++) {
      const both = () => Promise.all([worker.runScheduled(), worker.ask("GET", "/readyz")]);
      const { answer, postgres, nats } = await counted(both);
      expect([run, answer[1].status, nats]).toEqual([run, 200, 2]);
      // One of the request, and of the drain as many as it does things at once: reports are sealed beside it.
      expect(postgres).toBeGreaterThanOrEqual(2);
      expect(postgres).toBeLessThanOrEqual(1 + DRAIN_CONNECTIONS);
      await noneIsLeft(backends);
    }
  });

  it("Postgres is told goodbye on each connection so far", () => {
    expect(goodbyes()).toBe(backends.postgres.made());
  });

  it("a request that is given up by its client leaves none open", async () => {
    const stop = new AbortController();
    const letAnswer = backends.postgres.holdAnswers();
    const asked = worker.ask("GET", "/readyz", { signal: stop.signal });
    await until("it has a connection", () => backends.postgres.open() > 0);
    stop.abort();
    await expect(asked).rejects.toThrow();
    // Postgres is still silent: what ends the connection is the app's own limit.
    await noneIsLeft(backends);
    letAnswer();
  });
});

describe("a client that outlives its request is found out", () => {
  it("the same app with clients kept in the module fails from the second request on", async () => {
    const worker = await runWorker(cleanup, backends, { entry: KEPT });
    const ask = () => worker.ask("GET", "/readyz").then(({ status }) => status);
    expect(await ask()).toBe(200);
    expect(await ask()).toBeGreaterThanOrEqual(500);
  });
});
