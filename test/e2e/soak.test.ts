import { execFile } from "node:child_process";
import { copyFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startNginx } from "../support/https-servers.js";
import { mapSizesOf, placesUsed } from "../support/map-sizes.js";
import { descriptorsOf, residentKibOf } from "../support/process-resources.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

const CLIENT = fileURLToPath(new URL("../programs/many-connections.py", import.meta.url));
/** A longer run is asked for by the environment. */
const CONNECTIONS = Number(process.env.MASTHEAD_SOAK_CONNECTIONS ?? 10_000);
const PROCESSES = CONNECTIONS / 10;
const ROUNDS = 10;
/** What Node's heap may do between two looks: a leak of a kilobyte a connection is more after an hour, not here. */
const MEMORY_MAY_GROW = 1.25;

/** Connections that are open at once, from one round to another. */
const AT_ONCE_MAY_VARY = 64;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Programs of the test's own, so that nothing else on the host is in the tables. */
const copyOf = (folder: string, path: string): string => {
  const copy = join(folder, `soaked-${path.split("/").at(-1)}`);
  copyFileSync(realpathSync(path), copy);
  return copy;
};

const isEmpty = (sizes: Record<string, number>): boolean => {
  expect(Object.values(sizes), JSON.stringify(sizes)).toEqual(Object.values(sizes).map(() => 0));
  return true;
};

/** A file with TLS that somebody on the host maps takes links for good, so they are counted apart. */
const linksOf = (pid: number): number => descriptorsOf(pid).get("anon_inode:bpf_link") ?? 0;
const ownDescriptors = (pid: number): number =>
  [...descriptorsOf(pid).values()].reduce((sum, count) => sum + count, 0) - linksOf(pid);

test(`${CONNECTIONS} connections and ${PROCESSES} processes leave nothing behind, in the kernel or in the agent`, async () => {
  const folder = cleanup.folder();
  const executables = ["/usr/sbin/nginx", PYTHON, "/usr/bin/curl"].map((path) => copyOf(folder, path));
  const [nginx = "", python = "", curl = ""] = executables;
  const clear = await freeLoopbackPort();
  const server = await startNginx(cleanup, {
    executable: nginx,
    server: `listen 127.0.0.1:${clear};`,
    http: "ssl_session_cache shared:soak:10m;",
  });
  const agent = await startAttachedTrace(cleanup, {
    targets: executables.map((executable) => ({ executable })),
  });
  const client = startProgram(python, [CLIENT, String(server.port), String(clear)]);
  cleanup.add(() => client.stop());

  const runProcesses = (count: number): Promise<unknown> =>
    promisify(execFile)("sh", [
      "-c",
      `seq ${count} | xargs -P 4 -I{} ${curl} -sfk --http1.1 -o /dev/null https://127.0.0.1:${server.port}/{}`,
    ]);
  let exchanges = 0;
  const resident: number[] = [];
  const round = async (): Promise<void> => {
    const answered = client.lines.length;
    client.send(String(CONNECTIONS / ROUNDS));
    await Promise.all([
      until("all answers", () => client.lines.length > answered, 600_000),
      runProcesses(PROCESSES / ROUNDS),
    ]);
    expect(client.lines.at(-1)).toBe(String(CONNECTIONS / ROUNDS));
    // Each is seen by its server and by its client.
    exchanges += (2 * (CONNECTIONS + PROCESSES)) / ROUNDS;
    await until("all exchanges", () => agent.lines.length >= exchanges);
    resident.push(residentKibOf(agent.pid));
  };

  await round();
  const descriptors = ownDescriptors(agent.pid);
  const links = linksOf(agent.pid);
  const places = placesUsed(agent.pid);
  for (let done = 1; done < ROUNDS; done += 1) await round();
  // Whatever the server holds open between rounds, it holds no connection: each was for one request.
  await until("empty tables", () => isEmpty(mapSizesOf(agent.pid)));
  expect(places).toBeGreaterThan(0);
  expect(placesUsed(agent.pid)).toBeLessThan(places + AT_ONCE_MAY_VARY);
  await until("as few descriptors", () => ownDescriptors(agent.pid) <= descriptors);
  expect(linksOf(agent.pid)).toBeLessThan(links + PROCESSES / ROUNDS);
  const half = ROUNDS / 2;
  const [before, after] = [resident.slice(0, half), resident.slice(half)];
  expect(Math.min(...after), `KiB after each round: ${resident}`).toBeLessThan(
    Math.max(...before) * MEMORY_MAY_GROW,
  );

  await client.finish();
  await server.program.stop("SIGQUIT");
  expect(await agent.stop("SIGINT")).toBe("exit code 0");
  expect(agent.errors()).toContain(`${exchanges} captured, ${exchanges} ended, lost: none`);
}, 600_000);
