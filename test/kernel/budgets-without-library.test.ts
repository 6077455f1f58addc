import { once } from "node:events";
import { Agent as ClearAgent, request as requestInClear } from "node:http";
import { request as requestOverTls, Agent as TlsAgent } from "node:https";
import { allPids } from "@masthead/agent/attach/processes/proc-process";
import { runningExecutable } from "@masthead/agent/attach/processes/running-executable";
import type { Target } from "@masthead/agent/budget/target-load";
import { budgetRateValue, fileKey, u32 } from "@masthead/agent/capture/policy-bytes";
import { BUDGET_OF_HOST, BUDGET_RATE } from "@masthead/agent/capture/table-layout";
import { RecordFlag, RecordRole, RecordTiming } from "@masthead/agent/decode/record-enums";
import { KernelBudget } from "@masthead/agent/source/kernel-budget";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Gateway, startClearGateway, startGoGateway } from "../support/gateways.js";
import { type KernelCapture, pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { until } from "../support/until.js";

/** Budgets and suspensions of programs whose traffic passes no shared TLS library, as server and as client. */

const DAY_NS = 86_400_000_000_000n;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A request that was told, and what was told of its response. */
interface Told {
  role: "server" | "client";
  path: string;
  counted: boolean;
  status?: number;
  responseCounted?: boolean;
  /** what the response took of its thread was told */
  hasCpu?: boolean;
}

describe.each([
  ["nginx, in clear", startClearGateway, true],
  ["Caddy, by crypto/tls", startGoGateway, false],
])("%s", (_, start, hasOneThread) => {
  let gateway: Gateway;
  let capture: KernelCapture;
  let budget: KernelBudget;
  let target: Target;
  let told: Map<string, Told>;

  beforeEach(async () => {
    gateway = await start(cleanup);
    told = new Map();
    let ready: KernelBudget | undefined;
    capture = startKernelCapture(
      cleanup,
      (record, bytes) => {
        const id = `${record.connection} ${record.exchange}`;
        const counted = record.has(RecordFlag.RECORD_COUNTED);
        const role = record.role === RecordRole.ROLE_SERVER ? "server" : "client";
        const request = told.get(id);
        if (record.request) told.set(id, { role, path: pathOf(record, bytes), counted });
        else if (request)
          Object.assign(request, {
            ...{ status: record.status, responseCounted: counted },
            hasCpu: (record.timings & RecordTiming.TIMING_CPU) !== 0,
          });
        else throw new Error(`a response without a request: ${record.status}`);
      },
      { clearText: true, go: true, isSuspended: (pid) => ready?.isSuspended(pid) ?? false },
    );
    budget = new KernelBudget(capture.session, capture.tables, 4 * 1024 * 1024, () => {});
    ready = budget;
    const targets = [
      { port: gateway.port, role: "server" as const },
      { port: gateway.upstream.port, role: "client" as const },
    ];
    capture.tables.apply(policySet(1, { one: { targets, timings: ["cpu"] } }));
    const running = allPids().flatMap((pid) => runningExecutable(pid) ?? []);
    const { file, path } = running.find(({ path }) => path === gateway.executable) ?? {};
    if (!file || path === undefined) throw new Error("the gateway does not run");
    target = { file, path, key: fileKey(file) };
  });

  /** Makes requests one after the other on one connection, each of which must get the status that its path names. */
  const client = () => {
    const options = { keepAlive: true, maxSockets: 1 };
    const agent =
      gateway.scheme === "http"
        ? new ClearAgent(options)
        : new TlsAgent({ ...options, rejectUnauthorized: false });
    cleanup.add(() => agent.destroy());
    const get = async (path: string): Promise<void> => {
      const request = gateway.scheme === "http" ? requestInClear : requestOverTls;
      const sent = request({ host: "127.0.0.1", port: gateway.port, path, agent });
      sent.end();
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "end");
      expect(response.statusCode).toBe(Number(path.split("/").at(-1)));
    };
    return { get, end: () => agent.destroy() };
  };

  const pids = () => allPids().filter((pid) => runningExecutable(pid)?.path === gateway.executable);
  /** How many connections of the gateway the kernel follows. */
  const followed = () => {
    const its = new Set(pids());
    const keys = capture.session.tableKeys("connections").map((key) => Buffer.from(key));
    return keys.filter((key) => its.has(key.readUInt32LE(8))).length;
  };
  const suspend = () => budget.suspend([target]);
  const letReturn = () => budget.suspend([]);
  /** Exactly these exchanges are told, in both roles, each with its own answer. */
  const expectTold = async (paths: string[]) => {
    const last = paths.at(-1);
    const isLast = ({ path, status }: Told) => path === last && status !== undefined;
    await until("the last exchange", () => [...told.values()].filter(isLast).length === 2);
    for (const role of ["server", "client"]) {
      const ofRole = [...told.values()].filter((each) => each.role === role);
      expect(
        ofRole.map(({ path, status }) => [path, status]),
        role,
      ).toEqual(paths.map((path) => [path, Number(path.split("/").at(-1))]));
    }
  };

  test("suspended, nothing of it is told; open connections come back in step, and new ones were not followed", async () => {
    const [kept, fresh] = [client(), client()];
    await kept.get("/up/210");
    await until("both its connections", () => followed() === 2);
    suspend();
    await kept.get("/up/211");
    await fresh.get("/up/212");
    expect(followed()).toBe(2);
    letReturn();
    await kept.get("/up/213");
    await fresh.get("/up/214");
    await kept.get("/up/215");
    await expectTold(["/up/210", "/up/213", "/up/214", "/up/215"]);
  });

  test("what began before is whole, and what began meanwhile is told not even if its answer comes later", async () => {
    const { get } = client();
    const before = get("/up/held/220");
    const answerBefore = await gateway.upstream.held("/up/held/220");
    suspend();
    answerBefore();
    await before;
    const meanwhile = get("/up/held/221");
    const answerMeanwhile = await gateway.upstream.held("/up/held/221");
    letReturn();
    answerMeanwhile();
    await meanwhile;
    await get("/up/222");
    await expectTold(["/up/held/220", "/up/222"]);
    if (!hasOneThread) return;
    // The request that was open when the suspension began is not open for ever: the thread knows that it serves one again.
    const [alone] = [...told.values()].filter(({ role, path }) => role === "server" && path === "/up/222");
    expect(alone?.hasCpu).toBe(true);
  });

  test("without a connection left it is a bystander, and coverage says why", async () => {
    const first = client();
    await first.get("/up/230");
    suspend();
    first.end();
    gateway.upstream.closeConnections();
    await until("its connections to end", () => followed() === 0);
    const meanwhile = client();
    await meanwhile.get("/up/231");
    expect(followed()).toBe(0);
    const bystanders = capture.session
      .tableKeys("bystanders")
      .map((key) => Buffer.from(capture.session.lookupTable("bystanders", key) ?? []).readUInt32LE(0));
    expect(pids().filter((pid) => bystanders.includes(pid))).toHaveLength(1);
    const covered = () => {
      const its = new Set(pids());
      return capture.attachment.coverage().entries.filter(({ pid }) => its.has(pid));
    };
    for (const { state, reason } of covered())
      expect([state, reason]).toEqual(["not_captured", "suspended_by_budget"]);
    expect(covered()).not.toEqual([]);
    letReturn();
    // Of connections that began meanwhile a read may wait that was not seen: its answer is nobody's.
    for (const path of ["/up/232", "/up/233", "/up/234"]) await meanwhile.get(path);
    const answered = () => [...told.values()].filter(({ status }) => status !== undefined);
    await until("the last exchange", () => answered().filter(({ path }) => path === "/up/234").length === 2);
    for (const { path, status } of answered()) expect(path).toBe(`/up/${status}`);
    expect([...told.values()].map(({ path }) => path)).not.toContain("/up/231");
    expect(covered().map(({ reason }) => reason)).not.toContain("suspended_by_budget");
  });

  test("beyond a bucket both its requests and their responses are counted only", async () => {
    const value = Buffer.from(budgetRateValue(1));
    value.writeBigUInt64LE(DAY_NS, BUDGET_RATE.token_ns);
    value.writeBigUInt64LE(DAY_NS * 3n, BUDGET_RATE.burst_ns);
    capture.session.updateTable("budget_rates", u32(BUDGET_OF_HOST), value);
    const { get } = client();
    const paths = Array.from({ length: 5 }, (_, at) => `/up/${240 + at}`);
    for (const path of paths) await get(path);
    await expectTold(paths);
    const all = [...told.values()];
    expect(all.filter(({ counted }) => !counted)).toHaveLength(3);
    expect(all.map(({ responseCounted }) => responseCounted)).toEqual(all.map(({ counted }) => counted));
  });
});
