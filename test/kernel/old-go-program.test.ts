import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { connectionTo, numbered, policyFor, seenBy, whole } from "../support/go-exchanges.js";
import { listening } from "../support/go-programs.js";
import { makeCertificate } from "../support/https-servers.js";
import { unpackFrom } from "../support/older-debian.js";
import { startProgram } from "../support/program.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

/** Debian 11's rclone, by Go 1.15: arguments on the stack. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

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
  // Which waits in a read when the probes come.
  const connection = connectionTo(port);
  await connection.get(numbered("before", "/file", 1));
  const trace = await startAttachedTrace(cleanup, policyFor(executable));
  const requests = numbered("kept", "/file", 30);
  const ends = await connection.get(requests);
  connection.end();
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
