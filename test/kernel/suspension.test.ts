import { SUSPEND_AFTER } from "@masthead/agent/budget/budget-controller";
import { BudgetKeeper } from "@masthead/agent/budget/budget-keeper";
import { AWAY_MS } from "@masthead/agent/budget/suspensions";
import { KernelBudget } from "@masthead/agent/source/kernel-budget";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { connectionTo } from "../support/go-exchanges.js";
import { startPythonServer } from "../support/https-servers.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { until } from "../support/until.js";

/** The budget over the kernel itself. Time and CPU time are the test's own, so that no clock decides. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("a target goes and comes back, on a connection that stays open all the while", async () => {
  const server = await startPythonServer(cleanup);
  let source: KernelBudget | undefined;
  const seen: string[] = [];
  const { session, tables } = startKernelCapture(cleanup, (record, bytes) => {
    source?.targets.count(record.pid);
    if (record.request && record.pid === server.pid) seen.push(pathOf(record, bytes));
  });
  tables.apply(policySet(1, { one: { targets: [{ port: server.port, role: "server" }] } }));
  source = new KernelBudget(session, tables, 4 * 1024 * 1024, () => {});

  let nowMs = 0;
  let cpuMs = 0;
  const said: string[] = [];
  const keeper = new BudgetKeeper({
    budget: { cpuShare: 0.5, memoryBytes: 2 ** 40, recordsPerSecond: 100 },
    source,
    nowMs: () => nowMs,
    nowUs: () => nowMs * 1_000,
    onEvent: () => undefined,
    log: { warn: (_facts: unknown, words: string) => said.push(words), info: () => undefined } as never,
    usage: () => ({ cpuMs, residentBytes: 1 }),
  });
  const seconds = (count: number, cpuShare: number) => {
    for (let at = 0; at < count; at += 1) {
      nowMs += 1_000;
      cpuMs += cpuShare * 1_000;
      keeper.tick();
    }
  };
  const connection = connectionTo(server.port);
  cleanup.add(() => connection.end());
  const get = (path: string) => connection.get([{ path, id: path }]);

  await get("/before");
  await until("the first request", () => seen.length === 1);
  seconds(1, 0); // what was caused until now is no strain
  seconds(20, 2);
  expect(keeper.events).toEqual([]);
  expect(keeper.degraded()[0]).toContain("no target is left");

  await get("/strained");
  await until("the second request", () => seen.length === 2);
  seconds(SUSPEND_AFTER, 2);
  expect(keeper.events).toHaveLength(1);
  expect(keeper.degraded()[0]).toContain("suspended by the budget (cpu)");

  expect(source.isSuspended(server.pid)).toBe(true);
  await get("/suspended");
  seconds(AWAY_MS / 1_000, 0);
  expect(keeper.events[0]?.untilUs).toBe(nowMs * 1_000);
  expect(keeper.degraded()).toEqual([]);
  expect(source.isSuspended(server.pid)).toBe(false);
  expect(said).toHaveLength(2);

  await get("/after");
  await until("the third request", () => seen.length === 3);
  expect(seen).toEqual(["/before", "/strained", "/after"]);
});
