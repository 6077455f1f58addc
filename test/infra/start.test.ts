import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Program, startProgram } from "../support/program.js";
import { until } from "../support/until.js";

const START = fileURLToPath(new URL("../../infra/start.mjs", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const start = async (home: string, port: number): Promise<Program> => {
  const program = startProgram(process.execPath, [START], {
    env: { ...process.env, MASTHEAD_HOME: home, MASTHEAD_PORT: String(port), MASTHEAD_AGENT: "off" },
  });
  cleanup.add(() => program.stop());
  const ready = await program.line((line) => line.startsWith("masthead is ready: "));
  expect(ready).toBe(`masthead is ready: http://127.0.0.1:${port} (admin key in ${home}/admin.key)`);
  return program;
};

const pids = (home: string): Record<string, number> =>
  Object.fromEntries(
    readdirSync(join(home, "run"))
      .filter((name) => name.endsWith(".pid"))
      .map((name) => [
        name.replace(".pid", ""),
        Number(readFileSync(join(home, "run", name), "utf8").split("\n")[0]),
      ]),
  );
const runs = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

const policies = (home: string, port: number): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/v1/policies`, {
    headers: { authorization: `Bearer ${readFileSync(join(home, "admin.key"), "utf8").trim()}` },
  });

describe("npm start without an agent", () => {
  it("serves, keeps its secrets to itself, restarts what dies, and stops all of it", async () => {
    const home = join(cleanup.folder(), "home");
    const port = await freeLoopbackPort();
    const program = await start(home, port);
    expect((await policies(home, port)).status).toBe(200);
    expect(statSync(join(home, "admin.key")).mode & 0o777).toBe(0o600);
    for (const name of ["run", "logs", "secrets"])
      expect(statSync(join(home, name)).mode & 0o777).toBe(0o700);

    const first = pids(home);
    expect(Object.keys(first).sort()).toEqual(["api", "nats", "postgres", "supervisor"]);
    process.kill(first.api ?? 0, "SIGKILL");
    process.kill(first.nats ?? 0, "SIGKILL");
    const second = await until("the API and NATS again", () => {
      const now = pids(home);
      return now.api && now.nats && now.api !== first.api && now.nats !== first.nats && now;
    });
    await until("an answer", async () => (await policies(home, port)).ok);
    expect(program.lines.filter((line) => line.includes("SIGKILL"))).toHaveLength(2);

    expect(await program.stop()).toBe("exit code 0");
    for (const pid of Object.values({ ...first, ...second })) expect(runs(pid)).toBe(false);
    expect(pids(home)).toEqual({});
  });

  it("finds its data again, after a kill that left everything running", async () => {
    const home = join(cleanup.folder(), "home");
    const port = await freeLoopbackPort();
    const killed = await start(home, port);
    const put = await fetch(`http://127.0.0.1:${port}/v1/policies/kept`, {
      method: "PUT",
      headers: {
        authorization: `Bearer ${readFileSync(join(home, "admin.key"), "utf8").trim()}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        apiVersion: "masthead.dev/v1",
        kind: "CapturePolicy",
        metadata: { name: "kept" },
        spec: {},
      }),
    });
    expect(put.ok).toBe(true);
    const left = pids(home);
    await killed.stop("SIGKILL");
    // What was left behind ends by itself or is ended by the next start.
    await start(home, port);
    for (const pid of Object.values(left)) expect(runs(pid)).toBe(false);
    const { items } = (await (await policies(home, port)).json()) as {
      items: { metadata?: { name: string } }[];
    };
    expect(JSON.stringify(items)).toContain('"kept"');
  });
});
