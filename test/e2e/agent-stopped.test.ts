import { Agent, get } from "node:https";
import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import { expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startNginx } from "../support/https-servers.js";
import { ownTenant, startMasthead, totalUsage } from "../support/product.js";
import { readyEpoch } from "../support/ready-run.js";
import { targetsForAll } from "../support/targets.js";
import { until } from "../support/until.js";

const CONNECTIONS = 4;
const STOPS = 1;
/** Clocks of a process and of the agent are read in whole milliseconds, and set right bit by bit. */
const CLOCKS_MS = 5;

/** Requests over TLS, one after the other on each connection, until told to stop. @returns when each began and ended, Unix ms */
const keepAsking = (port: number, tenant: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  const asked: { began: number; ended: number }[] = [];
  let going = true;
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const began = Date.now();
      const headers = { "x-client-id": tenant };
      get({ port, path: "/", agent, headers }, (response) => {
        response.resume();
        response.on("end", () => {
          asked.push({ began, ended: Date.now() });
          resolve();
        });
      }).on("error", reject);
    });
  const each = Array.from({ length: CONNECTIONS }, async () => {
    while (going) await ask();
  });
  return {
    async end() {
      going = false;
      await Promise.all(each);
      agent.destroy();
      return asked;
    },
  };
};

it("an agent that is stopped in the midst of traffic over TLS has counted all up to when it says that it was complete", async () => {
  const cleanup = new Cleanup();
  try {
    const product = await startMasthead(cleanup);
    const server = await startNginx(cleanup);
    const tenant = ownTenant("stopped");
    await product.applyAlone("stopped", {
      targets: targetsForAll([server]),
      tenant: [{ header: "x-client-id" }],
    });
    const counted = async () => (await totalUsage(product, { tenant, role: "server" }))?.requests ?? 0;
    const client = keepAsking(server.port, tenant);
    await until("traffic", async () => (await counted()) > 200);
    for (let stops = 0; stops < STOPS; stops++) {
      const epoch = readyEpoch(product.home) ?? 0;
      process.kill(product.pid("agent"), "SIGTERM");
      await until("the next run", () => (readyEpoch(product.home) ?? 0) > epoch);
      const before = await counted();
      await until("traffic of it", async () => (await counted()) > before + 200);
    }
    const asked = await client.end();
    const gaps = await until("the times in between to be gaps", async () => {
      const { meta } = await product.get<{ meta: UsageMeta }>("/v1/usage?window=total");
      const found = meta.completeness.gaps.filter(({ reason }) => reason === "agent/stopped");
      return found.length === STOPS && found;
    });
    const touches = (one: { began: number; ended: number }) =>
      gaps.some(
        ({ from, to }) =>
          one.ended >= Date.parse(from) - CLOCKS_MS && one.began <= Date.parse(to) + CLOCKS_MS,
      );
    const outside = asked.filter((one) => !touches(one)).length;
    expect(outside).toBeLessThan(asked.length);
    await until(`${outside} requests`, async () => (await counted()) >= outside);
    expect(await counted()).toBeLessThanOrEqual(asked.length);
  } finally {
    await cleanup.run();
  }
});
