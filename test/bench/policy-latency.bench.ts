import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startPythonServer } from "../support/https-servers.js";
import { startMasthead } from "../support/product.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { firstGovernedAt } from "./support/governed-exchanges.js";
import { type Change, changePolicy } from "./support/policy-change.js";
import { benchSettings } from "./support/settings.js";
import { quantile } from "./support/statistics.js";

const CLIENT = fileURLToPath(new URL("../programs/steady-client.py", import.meta.url));
const TENANT = "latency";
const CONNECTIONS = 4;

const { tries } = benchSettings();
const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const row = (what: string, values: number[]): string =>
  `  ${what.padEnd(66)} p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms, most ${Math.max(...values).toFixed(0)} ms`;

test("from a PUT until a policy is in force, under load", async () => {
  const product = await startMasthead(cleanup);
  const server = await startPythonServer(cleanup);
  await changePolicy(product, 0);
  const client = startProgram(PYTHON, [
    CLIENT,
    String(server.port),
    String(CONNECTIONS),
    `x-client-id: ${TENANT}`,
  ]);
  cleanup.add(() => client.stop());
  await client.line();

  const beganMs = Date.now();
  const changes: Change[] = [];
  for (let index = 1; index <= tries; index += 1) changes.push(await changePolicy(product, index));
  const endedMs = Date.now();
  await client.finish();
  const made = Number(client.lines.at(-1));

  const first = await firstGovernedAt(product, TENANT, { fromMs: beganMs, toMs: endedMs + 10_000 }, changes);
  const governed = changes.map(({ revision, sentAtMs }) => (first.get(revision) ?? Number.NaN) - sentAtMs);
  const p99 = quantile(governed, 0.99);
  console.log(
    [
      `policy change to effect: ${tries} PUTs one after the other under ${((made * 1000) / (endedMs - beganMs)).toFixed(0)} requests/s of Python over TLS, ${CONNECTIONS} connections; milliseconds from the PUT's sending`,
      row(
        "until it was answered",
        changes.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs),
      ),
      row("until the first request that the new revision governed began", governed),
      row(
        "until the agent's own report of it was at GET /v1/agents",
        changes.map(({ sentAtMs, reportedAtMs }) => reportedAtMs - sentAtMs),
      ),
      "targets:",
      `  ${p99 < 1000 ? "met   " : "MISSED"}  p99 until in force: ${p99.toFixed(0)} ms (under 1,000 ms)`,
    ].join("\n"),
  );
  expect(governed.every((ms) => Number.isFinite(ms))).toBe(true);
});
