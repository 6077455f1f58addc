import { once } from "node:events";
import { statSync } from "node:fs";
import { Agent, request } from "node:https";
import { executableFile } from "@masthead/agent/capture/executable-search";
import { u32 } from "@masthead/agent/capture/policy-bytes";
import { BUDGET_OF_HOST, BUDGET_RATE } from "@masthead/agent/capture/table-layout";
import type { MessageRecord } from "@masthead/agent/decode/message-record";
import { RecordFlag } from "@masthead/agent/decode/record-enums";
import { counterOf } from "@masthead/agent/source/kernel-counters";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type HttpsServer, startPythonServer } from "../support/https-servers.js";
import { type KernelCapture, pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { buildStaticServer, startStaticServer } from "../support/static-server.js";
import { until } from "../support/until.js";

/** Budgets and suspensions in this kernel. A bucket of some tokens that gains none for a day makes time no matter. */

const DAY_NS = 86_400_000_000_000n;
const SPEC = {
  headers: { request: [{ name: "x-shown", action: "keep" as const }] },
  tenant: [{ header: "x-client" }],
};
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Seen {
  path: string;
  counted: boolean;
  elements: number;
}
let capture: KernelCapture;
let server: HttpsServer;
let agent: Agent;
let seen: Seen[];
let responses: boolean[];
let countedBefore: number;

const counted = (record: MessageRecord) => record.has(RecordFlag.RECORD_COUNTED);

const begin = async (started: Promise<HttpsServer> = startPythonServer(cleanup)): Promise<void> => {
  [seen, responses] = [[], []];
  server = await started;
  capture = startKernelCapture(cleanup, (record, bytes) => {
    if (record.pid !== server.pid) return;
    if (record.request)
      seen.push({ path: pathOf(record, bytes), counted: counted(record), elements: record.elements });
    else responses.push(counted(record));
  });
  agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  cleanup.add(() => agent.destroy());
  countedBefore = counterOf(capture.session.counters(), "counted_only");
};

const bucket = (place: number, tokens: number): void => {
  const value = Buffer.alloc(BUDGET_RATE.bytes);
  value.writeBigUInt64LE(DAY_NS, BUDGET_RATE.token_ns);
  value.writeBigUInt64LE(DAY_NS * BigInt(tokens), BUDGET_RATE.burst_ns);
  capture.session.updateTable("budget_rates", u32(place), value);
};

const get = async (path: string): Promise<void> => {
  const headers = { "x-shown": "shown", "x-client": "acme" };
  const sent = request({ host: "127.0.0.1", port: server.port, path, agent, headers });
  sent.end();
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "end");
};

const getAll = async (count: number): Promise<void> => {
  for (let at = 0; at < count; at += 1) await get(`/${at}`);
  await until("all requests and responses", () => seen.length === count && responses.length === count);
};

/** The server alone, so that nothing else on this host takes tokens. */
const targeted = (recordsPerSecond?: number) => ({
  ...SPEC,
  targets: [{ port: server.port, role: "server" as const }],
  ...(recordsPerSecond !== undefined && { budget: { recordsPerSecond } }),
});

test("a bucket of seven lets seven of a burst be told in detail, and all be counted", async () => {
  await begin();
  capture.tables.apply(policySet(1, { one: targeted() }));
  bucket(BUDGET_OF_HOST, 7);
  await getAll(40);
  expect(seen.map(({ path }) => path)).toEqual(Array.from({ length: 40 }, (_, at) => `/${at}`));
  expect(seen.map(({ counted }) => counted)).toEqual(Array.from({ length: 40 }, (_, at) => at >= 7));
  expect(responses).toEqual(seen.map(({ counted }) => counted));
  expect(seen.map(({ elements }) => elements)).toEqual(seen.map(({ counted }) => (counted ? 1 : 2)));
  expect(counterOf(capture.session.counters(), "counted_only") - countedBefore).toBe(33);
});

test("a policy's bucket is its own, and new tables do not fill it", async () => {
  await begin();
  capture.tables.apply(policySet(1, { one: { ...targeted(1_000_000), priority: 1 }, rest: SPEC }));
  bucket(1, 3);
  await getAll(5);
  capture.tables.renew();
  bucket(1, 3);
  await get("/5");
  await until("the last request", () => seen.length === 6);
  expect(seen.map(({ counted }) => counted)).toEqual([false, false, false, true, true, true]);
});

test.each([
  ["a shared OpenSSL", () => startPythonServer(cleanup)],
  ["OpenSSL inside", () => startStaticServer(cleanup, buildStaticServer(cleanup).withSymbols)],
])(
  "suspended, an executable with %s is captured no more, and then in step on the same connection",
  async (_, start) => {
    await begin(start());
    capture.tables.apply(policySet(1, { one: SPEC }));
    const file = executableFile(statSync(`/proc/${server.pid}/exe`, { bigint: true }));
    await get("/before");
    capture.tables.suspend([file]);
    await get("/suspended");
    capture.tables.suspend([]);
    await get("/after");
    await until("both requests and responses", () => responses.length === 2);
    expect(seen.map(({ path }) => path)).toEqual(["/before", "/after"]);
  },
);
