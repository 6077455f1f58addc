import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { exchangesOf, requestHeader } from "../support/exchanges.js";
import { type HttpsServer, startNginx, startPythonServer } from "../support/https-servers.js";
import { gone, kernelIdsOf } from "../support/kernel-objects.js";
import { type PhasedClient, startPhasedClient } from "../support/phased-client.js";
import { ownerUrl, ownTenant, type Product, startMasthead, totalUsage } from "../support/product.js";
import { readyEpoch } from "../support/ready-run.js";
import { targetsForAll } from "../support/targets.js";
import { until } from "../support/until.js";

const CONNECTIONS = 2;
/** Enough that the agent is killed in the midst of traffic. */
const UNDER_WAY = 200;
const CURL_REQUESTS = 100;
/** The phases of the traffic, which are its tenants: before the kill, across it, until the next epoch is in force, after. */
const BEFORE = ownTenant("before");
const ACROSS = ownTenant("across");
const BETWEEN = ownTenant("between");
const AFTER = ownTenant("after");

const cleanup = new Cleanup();
let product: Product;
let servers: readonly [HttpsServer, HttpsServer];
beforeAll(async () => {
  product = await startMasthead(cleanup);
  servers = [await startNginx(cleanup), await startPythonServer(cleanup)];
  await product.applyAlone("killed", {
    targets: targetsForAll(servers),
    headers: { request: [{ name: "x-request-id", action: "keep" }] },
    tenant: [{ header: "x-client-id" }],
  });
});
afterAll(() => cleanup.run());

/** What `/v1/usage` says in both roles: of server and client. */
const counted = async (tenant: string): Promise<[number, number]> => {
  const of = async (role: "server" | "client") =>
    (await totalUsage(product, { tenant, role }))?.requests ?? 0;
  return [await of("server"), await of("client")];
};

const countedExactly = async (tenant: string, requests: number): Promise<void> => {
  await until(`${tenant}: ${requests} requests in both roles`, async () =>
    (await counted(tenant)).every((count) => count >= requests),
  );
  expect(await counted(tenant)).toEqual([requests, requests]);
};

const underWay = (tenant: string) =>
  until(`traffic of ${tenant}`, async () => (await counted(tenant)).every((count) => count >= UNDER_WAY));

/** Requests by curl on new connections, one curl after the other, until told to stop. */
const keepCurling = (server: HttpsServer, tenant: string): { end(): Promise<number[]> } => {
  let going = true;
  const statuses: number[] = [];
  const all = (async () => {
    while (going) {
      const request = (index: number) => ({ path: `/curl/${index}`, headers: { "x-client-id": tenant } });
      statuses.push(...(await curlMany(server.port, CURL_REQUESTS, 1, request)));
    }
    return statuses;
  })();
  return {
    end() {
      going = false;
      return all;
    },
  };
};

const phase = async (clients: readonly PhasedClient[], name: string): Promise<number> =>
  (await Promise.all(clients.map((client) => client.begin(name)))).reduce((sum, count) => sum + count, 0);

interface Loss {
  stage: string;
  reason: string;
  lost: number | null;
  from: Date;
  until: Date;
}

const lossesOf = async (epoch: number): Promise<Loss[]> => {
  const sql = postgres(ownerUrl(product), { max: 1 });
  try {
    return await sql<Loss[]>`select stage, reason, lost, lost_from as from, lost_until as until
      from ledger_losses where epoch = ${epoch}`;
  } finally {
    await sql.end();
  }
};

it("leaves the traced programs serving and nothing in the kernel when the agent is killed, and says what is not known", async () => {
  const clients = servers.map(({ port }) => startPhasedClient(cleanup, port, CONNECTIONS));
  const curling = keepCurling(servers[0], ownTenant("curl"));
  await phase(clients, BEFORE);
  await underWay(BEFORE);
  await countedExactly(BEFORE, await phase(clients, ACROSS));
  await underWay(ACROSS);

  const epoch = readyEpoch(product.home) ?? 0;
  // Of what the default policy asked about, until there was another.
  const ofOthers = await lossesOf(epoch);
  const ids = kernelIdsOf(product.pid("agent"));
  expect([ids.programs.length, ids.maps.length, ids.links.length].every((count) => count > 3)).toBe(true);
  const killedAt = Date.now();
  process.kill(product.pid("agent"), "SIGKILL");
  await gone(ids);
  // Every connection is answered while that agent is gone.
  const across = await phase(clients, BETWEEN);
  expect(across).toBeGreaterThan(UNDER_WAY);

  await until("the next epoch in force", () => (readyEpoch(product.home) ?? 0) > epoch);
  await phase(clients, AFTER);
  const curled = await curlMany(servers[1].port, CURL_REQUESTS, 1, () => ({
    path: "/",
    headers: { "x-client-id": AFTER },
  }));
  await underWay(AFTER);
  const after = await Promise.all(clients.map((client) => client.end()));
  await countedExactly(
    AFTER,
    after.reduce((sum, count) => sum + count, curled.length),
  );

  // No request failed, and no answer was another one.
  expect(new Set([...curled, ...(await curling.end())])).toEqual(new Set([200]));
  const reports = clients.map((client) => client.report());
  expect(reports.flatMap(({ problems }) => problems)).toEqual([]);

  // What the killed epoch had not reported has a name, a time span and no number.
  const next = readyEpoch(product.home) ?? 0;
  const ownLosses = async () =>
    (await lossesOf(epoch)).filter(({ reason }) => ofOthers.every((other) => other.reason !== reason));
  await until("the next epoch has said since when it captures", async () => {
    const [loss] = await ownLosses();
    return loss && loss.until.getTime() > next;
  });
  const [loss, ...others] = await ownLosses();
  expect(others).toEqual([]);
  expect(loss).toMatchObject({ stage: "agent", reason: "epoch_ended", lost: null });
  expect(loss?.from.getTime()).toBeLessThanOrEqual(killedAt);
  expect(loss?.until.getTime()).toBeGreaterThan(killedAt);
  const { meta } = await product.get<{ meta: UsageMeta }>("/v1/usage?window=total");
  expect(meta.completeness.gaps).toEqual([
    expect.objectContaining({ reason: "agent/epoch_ended", agentId: expect.any(String) }),
  ]);
  const gapFrom = Date.parse(meta.completeness.gaps[0]?.from ?? "");
  expect(gapFrom).toBe(loss?.from.getTime());

  // And every request that is missing is within that span.
  const seen = await exchangesOf(product, ACROSS);
  const made = reports.flatMap(({ requests }) => requests).filter((request) => request.phase === ACROSS);
  expect(made).toHaveLength(across);
  for (const role of ["server", "client"]) {
    const ids = seen.filter((item) => item.role === role).map((item) => requestHeader(item, "x-request-id"));
    const known = new Set(ids);
    expect(known.size).toBe(ids.length);
    const missing = made.filter(({ id }) => !known.has(id));
    expect(missing).not.toEqual([]);
    expect(missing.filter(({ endedUs }) => endedUs / 1000 < gapFrom)).toEqual([]);
  }
});
