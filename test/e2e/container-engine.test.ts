import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { startNginx } from "../support/https-servers.js";
import { usePodman } from "../support/podman.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

const REQUESTS = 40;

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

/** No other program of this host, nor of another run of this test. */
const EXECUTABLE = `/usr/sbin/contained-${process.pid}`;
const SPEC = {
  targets: [{ executable: EXECUTABLE }],
  headers: { request: [{ name: "x-request-id", action: "keep" as const }] },
};

const startContained = async () => {
  const podman = usePodman(cleanup);
  const within = (dir: string) => podman.running(EXECUTABLE, "/usr/sbin/nginx", [dir]);
  const server = await startNginx(cleanup, { executable: EXECUTABLE, within });
  return { server, containerId: podman.containerId() };
};

it.each(["before", "after"])("a program that began %s the agent, in a container of podman", async (when) => {
  const early = when === "before" ? await startContained() : undefined;
  const trace = await startAttachedTrace(cleanup, SPEC);
  const { server, containerId } = early ?? (await startContained());
  // Libraries of a container are in no loader's cache of the host: they are found a moment after they were mapped.
  await until("it is attached", async () => {
    await curlMany(server.port, 1, 1, () => ({ path: "/", headers: { "x-request-id": "early" } }));
    return trace.lines.length > 0;
  });
  await curlMany(server.port, REQUESTS, 4, (index) => ({
    path: "/",
    headers: { "x-request-id": `r-${index}` },
  }));
  const counted = () => trace.lines.filter((line) => !line.includes('"early"'));
  await until("all of them", () => counted().length >= REQUESTS);
  await trace.stop("SIGINT");
  const items = counted().map((line) => exchangeItemSchema.parse(JSON.parse(line)));
  expect(items).toHaveLength(REQUESTS);
  const ids = items.map(({ attributes }) => String(attributes["http.request.header.x-request-id"]));
  expect(new Set(ids).size).toBe(REQUESTS);
  for (const item of items)
    expect(item).toMatchObject({
      role: "server",
      attributes: { "container.id": containerId, "process.executable.path": EXECUTABLE },
    });
});
