import { fileURLToPath } from "node:url";
import type { SealedTenantReport } from "@masthead/shared/http/sealed-report-schema";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Program, startProgram } from "../support/program.js";
import { until } from "../support/until.js";
import { type CountingProxy, startCountingProxy } from "./support/counting-proxy.js";
import { type DeliveringTest, startDeliveringToReceiver, webhookSecret } from "./support/delivering.js";
import type { Receiver } from "./support/receiver.js";

const PROCESS = fileURLToPath(new URL("support/report-duties-process.mjs", import.meta.url));

const cleanup = new Cleanup();
let test: DeliveringTest;
let receiver: Receiver;
let proxy: CountingProxy;
beforeAll(async () => {
  ({ test, receiver } = await startDeliveringToReceiver(cleanup));
  proxy = await startCountingProxy(test.server.ingestUrl);
  cleanup.add(() => proxy.stop());
});
afterAll(() => cleanup.run());
beforeEach(() => {
  receiver.answer = 204;
});

const startDuties = (databaseUrl: string): Program =>
  startProgram(process.execPath, [PROCESS], {
    env: {
      ...process.env,
      REPORT_DUTIES: JSON.stringify({
        databaseUrl,
        secretsKey: test.secretsKey.toString("base64"),
        nowUs: test.deps.now(),
      }),
    },
  });

const prepare = async (tenant: string) => {
  receiver.received.length = 0;
  await test.add({
    kind: "webhook",
    url: receiver.url,
    tenantId: tenant,
    secrets: [webhookSecret()],
    periods: ["day"],
  });
  return test.used(tenant, 3);
};

/** What has to be so in the end, whatever happened: one version, delivered, at least once, with one id. */
const goOn = async (tenant: string, period: string) => {
  await until("the killed process's transaction is gone", async () => {
    const rows = await test.owner.sql`select from pg_stat_activity where application_name = 'report duties'`;
    return rows.length === 0;
  });
  test.clock.now += 300;
  await test.sealAll();
  await test.deliver();
  const list = await test.ask("GET", `/v1/tenants/${tenant}/reports`);
  const { items } = (await list.json()) as { items: { period: string; version: number }[] };
  const versions = items.filter((item) => item.period === period).map(({ version }) => version);
  const report = await test.ask("GET", `/v1/tenants/${tenant}/reports/${period}`);
  const { totals } = (await report.json()) as SealedTenantReport;
  const deliveries = await test.deliveries(tenant);
  const ids = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
  expect({ versions, totals, states: deliveries.map(({ state }) => state), ids: [...ids] }).toEqual({
    versions: [1],
    totals: { requests: 3, errors: 0, requestBytes: 100, responseBytes: 1_000 },
    states: ["delivered"],
    ids: [deliveries[0]?.id],
  });
};

/** What changes something, or makes it so for others. */
const WRITES = /\b(insert into|update|delete from|commit)\b/i;

it("killed at any statement that writes, of sealing or delivery, goes on as if it had not been", async () => {
  const run = async (name: string, killAt: number) => {
    const period = await prepare(name);
    const duties = startDuties(proxy.urlFor(test.server.ingestUrl));
    proxy.at(killAt, () => process.kill(duties.pid, "SIGKILL"));
    const ended = await duties.ended;
    await goOn(name, period);
    return ended;
  };
  expect(await run("crash-none", Number.POSITIVE_INFINITY)).toBe("exit code 0");
  const places = proxy.sent.flatMap((piece, place) => (WRITES.test(piece) ? [place + 1] : []));
  // Of what is due, sealed, claimed and settled each a statement and a commit at least.
  expect(places.length).toBeGreaterThan(8);
  for (const place of places) expect(await run(`crash-${place}`, place)).toBe("SIGKILL");
}, 400_000);

it("killed while the receiver has the request, sends it again with the same id", async () => {
  const period = await prepare("crash-sending");
  receiver.answer = "hang";
  const duties = startDuties(test.server.ingestUrl);
  await until("the request is there", () => receiver.received.length > 0);
  expect(await duties.stop("SIGKILL")).toBe("SIGKILL");
  receiver.answer = 204;
  await goOn("crash-sending", period);
  expect(receiver.received).toHaveLength(2);
  const [delivery] = await test.deliveries("crash-sending");
  expect(delivery?.log.map(({ outcome }) => outcome)).toEqual([null, "delivered"]);
});
