import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { counterOf } from "@masthead/agent/source/kernel-counters";
import { policySet } from "@masthead/agent/testing/policies";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { allOf, connectionTo, get, ids, numbered, policyFor, whole } from "../support/go-exchanges.js";
import { buildGoProgram, startCaddy } from "../support/go-programs.js";
import { makeCertificate, startNginx } from "../support/https-servers.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { startProgram } from "../support/program.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

/** crypto/tls of real Go programs: every exchange once, with its role, its values and both ends of its socket. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

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

  test("on connections that waited in a read before the agent came: from the first request on", async () => {
    const upstream = await startNginx(cleanup);
    const caddy = await startCaddy(cleanup, upstream.port);
    const open = [connectionTo(caddy.port), connectionTo(caddy.port)];
    cleanup.add(() => {
      for (const each of open) each.end();
    });
    for (const each of open) await each.get(numbered("before", "/up/a", 2));
    const trace = await startAttachedTrace(cleanup, policyFor(caddy.executable));
    const requests = ["one", "two"].map((prefix) => numbered(prefix, "/up/a", 5));
    for (const [index, each] of open.entries()) await each.get(requests[index] ?? []);
    const seen = await allOf(trace, 20);
    const wanted = requests.flat().map(({ id }) => id);
    for (const role of ["server", "client"]) {
      expect(ids(seen.filter((each) => each.role === role))).toEqual([...wanted].sort());
    }
    for (const each of seen) expect(each).toMatchObject(whole);
  });

  test.each(["multi", "perf"] as const)("by %s links", async (bestLink) => {
    const caddy = await startCaddy(cleanup, await freeLoopbackPort());
    const paths: string[] = [];
    const capture = startKernelCapture(
      cleanup,
      (record, bytes) => {
        if (record.request && record.pid === caddy.pid) paths.push(pathOf(record, bytes));
      },
      { bestLink, go: true },
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
      ...{ state: "captured", runtime: "go", link: `uprobe_${bestLink}`, site: "emulated" },
    });
  });

  test("connections that speak HTTP/2 are counted and left alone", async () => {
    const caddy = await startCaddy(cleanup, await freeLoopbackPort(), "h1 h2");
    let heads = 0;
    const count = (record: { pid: number }) => {
      if (record.pid === caddy.pid) heads += 1;
    };
    const { session, tables } = startKernelCapture(cleanup, count, { go: true });
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
      // Without inlining what is read is copied in another function, and probes stand on returns.
      "not inlined": buildGoProgram(built, ["-gcflags=crypto/tls=-l"]),
    };
    files = makeCertificate(built.folder());
  });
  afterAll(() => built.run());

  const CONNECTIONS = 8;
  const ROUNDS = 20;

  test.each([
    ["stripped", "pool", "writes and reads on two goroutines"],
    ["position-independent", "pool", "writes and reads on two goroutines"],
    ["not inlined", "pool", "writes and reads on two goroutines"],
    ["stripped", "stack", "reads into a stack that is moved"],
    ["not inlined", "stack", "reads into a stack that is moved"],
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
  const { attachment } = startKernelCapture(cleanup, () => {}, { go: true });
  expect(attachment.coverage().entries.find(({ pid }) => pid === program.pid)).toMatchObject({
    state: "not_captured",
    reason: expect.stringMatching(/^unknown_build: go9\./),
  });
});
