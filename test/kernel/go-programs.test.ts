import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { counterOf } from "@masthead/agent/source/kernel-counters";
import { policySet } from "@masthead/agent/testing/policies";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { buildGoProgram, listening, startCaddy } from "../support/go-programs.js";
import { makeCertificate, startNginx } from "../support/https-servers.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { unpackFrom } from "../support/older-debian.js";
import { type Program, startProgram } from "../support/program.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

/** crypto/tls of real Go programs: every exchange once, with its role, its values and both ends of its socket. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const policyFor = (...executables: string[]) => ({
  targets: executables.map((executable) => ({ executable })),
  headers: { request: [{ name: "x-request-id", action: "keep" as const }] },
});

interface Seen {
  role: string;
  id: unknown;
  source: unknown;
  status: unknown;
  flags: unknown;
  local: string;
  peer: string;
}

const seenBy = (trace: Program): Seen[] =>
  trace.lines.map((line) => {
    const { role, attributes } = exchangeItemSchema.parse(JSON.parse(line));
    return {
      ...{ role, id: attributes["http.request.header.x-request-id"], source: attributes["capture.source"] },
      ...{ status: attributes["http.response.status_code"], flags: attributes["capture.flags"] },
      local: `${attributes["network.local.address"]}:${attributes["network.local.port"]}`,
      peer: `${attributes["network.peer.address"]}:${attributes["network.peer.port"]}`,
    };
  });

/** The exchanges that a trace ends with, once there are `count`. */
const allOf = async (trace: Program, count: number): Promise<Seen[]> => {
  await until(`${count} exchanges`, () => trace.lines.length >= count);
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
  expect(trace.errors()).toMatch(new RegExp(`${count} captured, ${count} ended, lost: none`));
  return seenBy(trace);
};

const ids = (seen: Seen[]) => seen.map(({ id }) => String(id)).sort();
const whole = { source: "go", status: 200, flags: undefined };

/** One after the other, each of `ports` a connection of its own. @returns their local ends */
async function get(
  port: number,
  paths: { path: string; id: string }[],
  keepAlive: boolean,
): Promise<string[]> {
  const agent = new Agent({ keepAlive, maxSockets: 1, rejectUnauthorized: false });
  const local: string[] = [];
  for (const { path, id } of paths) {
    const sent = request({ host: "127.0.0.1", port, path, agent, headers: { "x-request-id": id } });
    sent.end();
    const [response] = await once(sent, "response");
    local.push(`127.0.0.1:${response.socket.localPort}`);
    response.resume();
    await once(response, "end");
  }
  agent.destroy();
  return local;
}

const numbered = (prefix: string, path: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ path, id: `${prefix}-${index}` }));

describe("Caddy", () => {
  test("as server and, to its upstream, as client", async () => {
    const upstream = await startNginx(cleanup);
    const caddy = await startCaddy(cleanup, upstream.port);
    const trace = await startAttachedTrace(cleanup, policyFor(caddy.executable));
    const requests = [numbered("kept", "/ok", 40), numbered("fresh", "/ok", 10), numbered("up", "/up/a", 20)];
    const [kept = [], fresh = [], up = []] = requests;
    const ends = [
      await get(caddy.port, kept, true),
      await get(caddy.port, fresh, false),
      await get(caddy.port, up, true),
    ].flat();
    const seen = await allOf(trace, 90);
    const server = seen.filter(({ role }) => role === "server");
    const client = seen.filter(({ role }) => role === "client");
    expect(server.map(({ id }) => String(id))).toEqual(requests.flat().map(({ id }) => id));
    expect(server.map(({ peer }) => peer)).toEqual(ends);
    for (const each of server) expect(each).toMatchObject({ ...whole, local: `127.0.0.1:${caddy.port}` });
    expect(ids(client)).toEqual(up.map(({ id }) => id).sort());
    for (const each of client) expect(each).toMatchObject({ ...whole, peer: `127.0.0.1:${upstream.port}` });
    expect(client.every(({ local }) => /^127\.0\.0\.1:\d+$/.test(local))).toBe(true);
  });

  test.each(["multi", "perf"] as const)("by %s links", async (bestLink) => {
    const caddy = await startCaddy(cleanup, await freeLoopbackPort());
    const paths: string[] = [];
    const capture = startKernelCapture(
      cleanup,
      (record, bytes) => {
        if (record.request && record.pid === caddy.pid) paths.push(pathOf(record, bytes));
      },
      { bestLink },
    );
    if (capture.session.info.links[0] !== bestLink) return; // an older kernel
    capture.tables.apply(policySet(1, { all: {} }));
    const wanted = Array.from({ length: 10 }, (_, index) => `/${index}`);
    expect(
      await curl(
        caddy.port,
        wanted.map((path) => ({ path })),
      ),
    ).toEqual(wanted.map(() => 200));
    await until("them", () => paths.length >= wanted.length);
    expect(paths).toEqual(wanted);
    expect(capture.attachment.coverage().entries.find(({ pid }) => pid === caddy.pid)).toMatchObject({
      ...{ state: "captured", runtime: "go", link: `uprobe_${bestLink}`, site: "single_step" },
    });
  });

  test("connections that speak HTTP/2 are counted and left alone", async () => {
    const caddy = await startCaddy(cleanup, await freeLoopbackPort(), "h1 h2");
    let heads = 0;
    const { session, tables } = startKernelCapture(cleanup, (record) => {
      if (record.pid === caddy.pid) heads += 1;
    });
    tables.apply(policySet(1, { all: {} }));
    const before = counterOf(session.counters(), "http2");
    const args = ["--http2", "--insecure", "--silent", `https://127.0.0.1:${caddy.port}/[1-5]`];
    expect((await promisify(execFile)("curl", args)).stdout).toBe("ok".repeat(5));
    await until("both ends", () => counterOf(session.counters(), "http2") >= before + 2);
    expect(heads).toBe(0);
  });
});

describe("a Go program", () => {
  const built = new Cleanup();
  let executables: Record<string, string> = {};
  let files: { certificate: string; key: string };
  beforeAll(() => {
    executables = {
      stripped: buildGoProgram(built, ["-ldflags=-s -w"]),
      "position-independent": buildGoProgram(built, ["-buildmode=pie", "-ldflags=-linkmode=external"]),
    };
    files = makeCertificate(built.folder());
  });
  afterAll(() => built.run());

  const CONNECTIONS = 8;
  const ROUNDS = 20;

  test.each([
    ["stripped", "pool", "writes and reads on two goroutines"],
    ["position-independent", "pool", "writes and reads on two goroutines"],
    ["stripped", "stack", "reads into a stack that is moved"],
    ["stripped", "collected", "forgets connections without closing them"],
    ["stripped", "inside", "speaks TLS in TLS"],
    ["stripped", "recovered", "survives panics within crypto/tls"],
  ])("%s, %s: %s", async (build, mode) => {
    const executable = executables[build] ?? "";
    const counts = [CONNECTIONS, ROUNDS].map(String);
    const program = startProgram(executable, [files.certificate, files.key, ...counts, mode]);
    cleanup.add(() => program.stop());
    const port = await program.line();
    const trace = await startAttachedTrace(cleanup, policyFor(executable));
    program.send("begin");
    const requests = CONNECTIONS * ROUNDS;
    expect(await program.line((line) => line !== port)).toBe(String(requests));
    await program.finish();
    const seen = await allOf(trace, 2 * requests);
    const wanted = Array.from({ length: requests }, (_, index) => `${mode}-${index}`).sort();
    const server = seen.filter(({ role }) => role === "server");
    const client = seen.filter(({ role }) => role === "client");
    expect(ids(server)).toEqual(wanted);
    expect(ids(client)).toEqual(wanted);
    for (const each of seen) expect(each).toMatchObject(whole);
    const localEnd = new Map(client.map(({ id, local, peer }) => [String(id), `${local} ${peer}`]));
    for (const { id, local, peer } of server) expect(`${peer} ${local}`).toBe(localEnd.get(String(id)));
    expect(server.every(({ local }) => local === `127.0.0.1:${port}`)).toBe(true);
  });
});

test("a build that does not say how it calls is left alone, and coverage says so", async () => {
  const executable = buildGoProgram(cleanup, []);
  const bytes = readFileSync(executable);
  bytes.write("go9", bytes.indexOf("\xff Go buildinf:", 0, "latin1") + 33);
  writeFileSync(`${executable}-unknown`, bytes, { mode: 0o755 });
  const { certificate, key } = makeCertificate(cleanup.folder());
  const program = startProgram(`${executable}-unknown`, [certificate, key, "1", "1", "pool"]);
  cleanup.add(() => program.stop());
  await program.line();
  const { attachment } = startKernelCapture(cleanup, () => {});
  expect(attachment.coverage().entries.find(({ pid }) => pid === program.pid)).toMatchObject({
    state: "not_captured",
    reason: expect.stringMatching(/^unknown_build: go9\./),
  });
});

/** Debian 11's rclone, by Go 1.15: arguments on the stack. */
test("Go before 1.17, as server and as client", async (context) => {
  const unpacked = await unpackFrom(cleanup, "bullseye", "rclone");
  if (unpacked === undefined) {
    context.skip("Debian 11's packages cannot be had");
    return;
  }
  const folder = cleanup.folder();
  const executable = join(folder, "old-rclone");
  copyFileSync(join(unpacked, "usr/bin/rclone"), executable);
  writeFileSync(join(folder, "file"), "ok");
  const { certificate, key } = makeCertificate(cleanup.folder());
  const port = await freeLoopbackPort();
  const env = { ...process.env, HOME: cleanup.folder(), GODEBUG: "http2client=0" };
  const address = `127.0.0.1:${port}`;
  const serve = ["serve", "http", folder, "--addr", address, "--cert", certificate, "--key", key];
  const server = startProgram(executable, serve, { env });
  cleanup.add(() => server.stop());
  await listening(port);
  const trace = await startAttachedTrace(cleanup, policyFor(executable));
  const requests = numbered("kept", "/file", 30);
  const ends = await get(port, requests, true);
  const list = ["cat", "--http-url", `https://${address}`, ":http:file", "--no-check-certificate"];
  const client = startProgram(executable, [...list, "--header", "x-request-id: by-rclone"], { env });
  expect(await client.line()).toBe("ok");
  await client.finish();
  await until("both ends of what rclone asked", () => {
    const own = seenBy(trace).filter(({ id }) => String(id) === "by-rclone");
    return (
      own.some(({ role }) => role === "client") &&
      own.filter(({ role }) => role === "server").length * 2 === own.length
    );
  });
  await trace.stop("SIGINT");
  expect(trace.errors()).toContain("lost: none");
  const seen = seenBy(trace);
  const kept = seen.filter(({ id }) => String(id) !== "by-rclone");
  expect(kept.map(({ id }) => String(id))).toEqual(requests.map(({ id }) => id));
  expect(kept.map(({ peer }) => peer)).toEqual(ends);
  for (const each of seen) expect(each).toMatchObject(whole);
  for (const each of kept) expect(each).toMatchObject({ role: "server", local: address });
  for (const each of seen.filter(({ role }) => role === "client")) expect(each.peer).toBe(address);
});
