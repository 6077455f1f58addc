import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { KernelIds } from "@masthead/agent/capture/native-session";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Cleanup } from "../support/cleanup.js";
import { gone } from "../support/kernel-objects.js";
import { prepare, type Target } from "./native-session/fixture.js";

/** However the process or thread ends that holds a session, nothing of it remains (promise observe-only). */

const ADDON = fileURLToPath(
  new URL("../../packages/agent/native/build/Release/masthead_native.node", import.meta.url),
);

let cleanup: Cleanup;
let objectPath: string;
let target: Target;

beforeEach(async () => {
  ({ cleanup, objectPath, target } = await prepare());
});
afterEach(() => cleanup.run());

test("a worker that ends with a session open leaves nothing", async () => {
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { Session } = require(workerData.addon);
     const session = new Session(workerData.objectPath, [{ name: "ssl_entry", attachType: 0 }], {});
     session.attachPerf("ssl_entry", workerData.path, workerData.offset, 1n, false, 0);
     session.start("records", 1, 1e6, () => {});
     parentPort.postMessage(session.kernelIds());`,
    { eval: true, workerData: { addon: ADDON, objectPath, path: target.path, offset: target.offset } },
  );
  const ids = await new Promise<KernelIds>((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  await target.call(50);
  await worker.terminate();
  await gone(ids);
});

describe("a process that ends with a session open leaves nothing", () => {
  const script = (ending: string) => `
    const { Session } = require(${JSON.stringify(ADDON)});
    const session = new Session(${JSON.stringify(objectPath)}, [{ name: "ssl_entry", attachType: 0 }], {});
    session.attachPerf("ssl_entry", ${JSON.stringify(target.path)}, ${target.offset}, 1n, false, 0);
    session.start("records", 1, 1e6, () => {});
    process.stdout.write(JSON.stringify(session.kernelIds()) + "\\n", () => { ${ending} });`;

  test.each([
    ["process.exit()", "process.exit(3)", 3],
    ["an uncaught exception", "throw new Error('planted')", 1],
    ["SIGKILL", "process.kill(process.pid, 'SIGKILL')", null],
  ])("%s", async (_, ending, expected) => {
    const child = spawn(process.execPath, ["-e", script(ending)], { stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(expected);
    await gone(JSON.parse(output) as KernelIds);
    await target.call(10);
  });
});
