import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { RecordRole } from "@masthead/agent/decode/record-enums";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { makeCertificate, startNginx, startPythonServer } from "../support/https-servers.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { startProgram } from "../support/program.js";
import { until } from "../support/until.js";

/** Calls seen at both ends where no return probe may stand. */

const NODE_SERVER = fileURLToPath(new URL("../programs/https-server.mjs", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const startNodeServer = async (): Promise<number> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const server = startProgram(process.execPath, [NODE_SERVER, certificate, key]);
  cleanup.add(() => server.stop());
  return Number(await server.line());
};

describe.runIf(process.arch === "x64")("by instructions that return", () => {
  test.each(["multi", "perf"] as const)("by %s links", async (bestLink) => {
    const nginx = await startNginx(cleanup);
    const ports = [nginx.port, (await startPythonServer(cleanup)).port, await startNodeServer()];
    const paths = new Map<number, string>();
    const wanted = ["/0", "/1", "/2", "/gnutls"].map((path) => `${path}-${bestLink}-${process.pid}`);
    const seen: string[] = [];
    const { session, tables, attachment } = startKernelCapture(
      cleanup,
      (record, bytes) => {
        if (record.request) paths.set(record.connection, pathOf(record, bytes));
        const path = paths.get(record.connection) ?? "";
        // Whatever else speaks on this host is seen, too.
        if (!wanted.includes(path)) return;
        const role = record.role === RecordRole.ROLE_SERVER ? "server" : "client";
        seen.push(`${path} ${role} ${record.request ? "request" : record.status}`);
      },
      { returnBy: "instruction", bestLink },
    );
    if (session.info.links[0] !== bestLink) return; // an older kernel
    tables.apply(policySet(1, { all: {} }));
    expect(session.info.programs).not.toContain("ssl_call_return");
    expect(session.info.programs).not.toContain("ssl_call_session");
    // Others of this host may run programs of Go, whose probes are not loaded here.
    const failures = attachment
      .libraries()
      .flatMap(({ path, runtime, failure }) => (failure && runtime !== "go" ? [`${path}: ${failure}`] : []));
    expect(failures).toEqual([]);
    const [ofFirst = "", ofSecond = "", ofThird = "", ofGnutls = ""] = wanted;
    for (const [place, path] of [ofFirst, ofSecond, ofThird].entries())
      expect(await curl(ports[place] ?? 0, [{ path }, { path }])).toEqual([200, 200]);
    const url = `https://127.0.0.1:${nginx.port}${ofGnutls}`;
    await promisify(execFile)("wget", [
      "--quiet",
      "--no-check-certificate",
      "--no-proxy",
      "-O",
      "/dev/null",
      url,
    ]);
    const expected = [ofFirst, ofFirst, ofSecond, ofSecond, ofThird, ofThird, ofGnutls].flatMap((path) =>
      ["client", "server"].flatMap((role) => [`${path} ${role} request`, `${path} ${role} 200`]),
    );
    await until("all heads", () => seen.length >= expected.length);
    expect(seen.sort()).toEqual(expected.sort());
  });
});
