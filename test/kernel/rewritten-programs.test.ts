import { copyFileSync, statSync } from "node:fs";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { codeUnlikeItsFile } from "../support/code-in-memory.js";
import { coverageEntry } from "../support/coverage-entry.js";
import { curl } from "../support/curl.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { buildStaticServer, startStaticServer } from "../support/static-server.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A build whose functions are elsewhere. */
const otherBuild = () => buildStaticServer(cleanup, ["-O0", "-no-pie"]).withSymbols;

const capturing = () => {
  const paths: string[] = [];
  const pids = new Set<number>();
  const warnings: string[] = [];
  const capture = startKernelCapture(
    cleanup,
    (record, bytes) => {
      if (record.request && pids.has(record.pid)) paths.push(pathOf(record, bytes));
    },
    { onWarning: (message) => warnings.push(message) },
  );
  capture.tables.apply(policySet(1, { all: {} }));
  const serve = async (program: string) => {
    const server = await startStaticServer(cleanup, program);
    pids.add(server.pid);
    return server;
  };
  const sitesOf = (program: string): number[] => {
    const found = capture.attachment.libraries().find(({ path }) => path === program);
    return [...new Set(found?.sites.map(({ offset }) => offset))].sort((a, b) => a - b);
  };
  return { ...capture, paths, serve, warnings, sitesOf };
};

test("a program that is copied over is captured as it is now, and no breakpoint of the one before is in it", async () => {
  const program = buildStaticServer(cleanup).withSymbols;
  const { paths, serve, attachment, warnings, sitesOf } = capturing();
  const first = await serve(program);
  await until("probes on it", () => coverageEntry(attachment, first.pid)?.state === "captured");
  expect(await curl(first.port, [{ path: "/one" }])).toEqual([200]);
  const before = sitesOf(program);
  await first.program.stop();
  const { ino } = statSync(program);
  copyFileSync(otherBuild(), program);
  expect(statSync(program).ino).toBe(ino);
  await until("the probes gone", () => !attachment.libraries().some(({ path }) => path === program));
  // Another agent on this host takes its probes away, too, in its own time.
  const second = await until("a process with breakpoints where they belong, and nowhere else", async () => {
    const server = await serve(program);
    await until(
      "probes on what it is now",
      () => coverageEntry(attachment, server.pid)?.state === "captured",
    );
    const sites = sitesOf(program);
    expect(sites.filter((offset) => before.includes(offset))).toEqual([]);
    if (String(codeUnlikeItsFile(server.pid, program)) === String(sites)) return server;
    await server.program.stop();
    return undefined;
  });
  expect(await curl(second.port, [{ path: "/two" }])).toEqual([200]);
  await until("both requests", () => paths.length === 2);
  expect(paths).toEqual(["/one", "/two"]);
  expect(warnings).toEqual([]);
});

test("a program without TLS inside that is copied over by one with it is captured", async () => {
  const program = buildStaticServer(cleanup).withSymbols;
  const copy = `${program}-copy`;
  copyFileSync("/bin/true", copy);
  const { paths, serve, attachment } = capturing();
  attachment.expect([copy]);
  copyFileSync(program, copy);
  const server = await serve(copy);
  await until("probes on it", () => coverageEntry(attachment, server.pid)?.state === "captured");
  expect(await curl(server.port, [{ path: "/one" }])).toEqual([200]);
  await until("the request", () => paths.length === 1);
});
