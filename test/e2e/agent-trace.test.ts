import { execFileSync } from "node:child_process";
import { copyFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { type HttpsServer, startNginx, startPythonServer } from "../support/https-servers.js";
import { startProgram } from "../support/program.js";
import { targetsFor } from "../support/targets.js";
import { AGENT, startTrace, tracing } from "../support/trace.js";
import { until } from "../support/until.js";

const REQUESTS = 200;
const SECRET = "Bearer canary-credential-0123456789";

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

const policyFor = (targets: object[], rule: object = { name: "authorization", action: "fingerprint" }) => ({
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name: "traced" },
  spec: {
    targets,
    headers: { request: [{ name: "x-request-id", action: "keep" }, rule] },
    tenant: [{ header: "x-client-id" }],
  },
});

it.each([
  ["nginx", (on: Cleanup) => startNginx(on)],
  ["Python", (on: Cleanup) => startPythonServer(on)],
])("prints each exchange of %s and curl once in each role, without any server", async (_name, start) => {
  const server: HttpsServer = await start(cleanup);
  const trace = startTrace(cleanup, policyFor(targetsFor(server)));
  await tracing(trace);
  await curlMany(server.port, REQUESTS, 4, (index) => ({
    path: `/v1/orders/${index}?token=canary-query`,
    headers: { "x-request-id": `r-${index}`, "x-client-id": "acme", authorization: SECRET },
  }));
  await until("all of them", () => trace.lines.length >= 2 * REQUESTS);
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
  expect(trace.errors()).toMatch(new RegExp(`${2 * REQUESTS} captured, ${2 * REQUESTS} ended, lost: none`));

  const items = trace.lines.map((line) => exchangeItemSchema.parse(JSON.parse(line)));
  for (const role of ["server", "client"]) {
    const ids = items
      .filter((item) => item.role === role)
      .map(({ attributes }) => String(attributes["http.request.header.x-request-id"]));
    expect(new Set(ids).size).toBe(REQUESTS);
    expect(ids).toHaveLength(REQUESTS);
  }
  const [{ attributes } = { attributes: {} }] = items;
  expect(attributes).toMatchObject({ "tenant.id": "acme", "url.template": "/v1/orders/{id}" });
  const fingerprints = new Set(
    items.map((item) => String(item.attributes["http.request.header.authorization"])),
  );
  expect([...fingerprints]).toEqual([expect.stringMatching(/^fp:[0-9a-f]{8}:[0-9a-f]{32}$/)]);
  expect(trace.lines.join("\n")).not.toContain("canary");
});

it("says at its end that connections spoke HTTP/2, and whose they were", async () => {
  const port = await freeLoopbackPort();
  const server = await startNginx(cleanup, { server: `listen 127.0.0.1:${port} ssl http2;` });
  const trace = startTrace(cleanup, policyFor(targetsFor({ port, pid: server.pid })));
  await tracing(trace);
  const url = `https://127.0.0.1:${port}/`;
  execFileSync("curl", ["-q", "--silent", "--insecure", "--http2", "--fail", url], { stdio: "ignore" });
  await trace.stop("SIGINT");
  expect(trace.lines).toEqual([]);
  expect(trace.errors()).toMatch(
    /lost: none\n.* connections speak HTTP\/2 and were left alone, of .*\bnginx\b/,
  );
});

it("captures the first exchange of a program that the policy names and that has its TLS inside", async () => {
  const server = await startNginx(cleanup);
  // A file that no process runs yet: this host's Node has probes on it by now.
  const node = join(cleanup.folder(), "node");
  copyFileSync(realpathSync(process.execPath), node);
  const trace = startTrace(cleanup, policyFor([{ executable: node }]));
  await tracing(trace);
  const script = `require("node:https").get({ host: "127.0.0.1", port: ${server.port}, path: "/first", rejectUnauthorized: false })`;
  const client = startProgram(node, ["-e", `${script}.on("response", (response) => response.resume())`]);
  await client.finish();
  await until("its exchange", () => trace.lines.length > 0);
  await trace.stop("SIGINT");
  expect(trace.lines.map((line) => exchangeItemSchema.parse(JSON.parse(line)))).toMatchObject([
    { role: "client", attributes: { "url.path": "/first", "process.executable.path": node } },
  ]);
});

it("attaches while signals come all the time, which make the kernel give up verifying a program", async () => {
  const folder = cleanup.folder();
  const profiled = ["--cpu-prof", "--cpu-prof-interval=100", `--cpu-prof-dir=${folder}`];
  const trace = startProgram(process.execPath, [...profiled, AGENT, "trace", "--json"], {
    env: { ...process.env, MASTHEAD_HOME: join(folder, "home") },
  });
  cleanup.add(() => trace.stop("SIGKILL"));
  await until("probes", () => trace.errors().includes("masthead-agent: tracing"));
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
});

it("refuses a policy that would keep a credential, and names the header", async () => {
  const trace = startTrace(cleanup, policyFor([{ port: 443 }], { name: "authorization", action: "keep" }));
  expect(await trace.ended).toBe("exit code 1");
  expect(trace.errors()).toContain("authorization");
});
