import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DoctorReport } from "@masthead/agent/doctor/doctor-report";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { buildStaticServer, startStaticServer } from "../support/static-server.js";
import { AGENT, startAttachedTrace } from "../support/trace.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const agent = (args: string[], env: NodeJS.ProcessEnv = {}): string =>
  execFileSync(process.execPath, [AGENT, ...args], {
    encoding: "utf8",
    env: { ...process.env, MASTHEAD_HOME: cleanup.folder(), ...env },
    maxBuffer: 64 * 1024 * 1024,
  });

test("a stripped program is captured by what `known-build` prints of it and the symbols that were split off", async () => {
  const { withSymbols, stripped } = buildStaticServer(cleanup);
  const symbols = `${withSymbols}.debug`;
  execFileSync("objcopy", ["--only-keep-debug", withSymbols, symbols]);
  const file = join(cleanup.folder(), "known-builds.json");
  writeFileSync(file, agent(["known-build", stripped, "--symbols", symbols, "--title", "a server"]));
  expect(() => agent(["known-build", stripped])).toThrow(`${stripped}: no SSL_read and SSL_write in it`);

  const server = await startStaticServer(cleanup, stripped);
  const seenWith = (env: NodeJS.ProcessEnv) =>
    (JSON.parse(agent(["doctor", "--json"], env)) as DoctorReport).coverage.find(
      ({ pid }) => pid === server.pid,
    );
  expect(seenWith({})).toMatchObject({ reason: expect.stringMatching(/^stripped: OpenSSL, build /) });
  const known = { MASTHEAD_KNOWN_BUILDS_FILE: file };
  expect(seenWith(known)).toMatchObject({ state: "captured", runtime: "openssl" });

  const trace = await startAttachedTrace(cleanup, { targets: [{ executable: stripped }] }, known);
  expect(await curl(server.port, [{ path: "/known" }])).toEqual([200]);
  expect(await trace.line((line) => line.includes('"/known"'))).toContain('"capture.source":"openssl"');
});

test("an agent does not begin with a file of known builds that it cannot read", () => {
  const file = join(cleanup.folder(), "known-builds.json");
  writeFileSync(file, "{");
  expect(() => agent(["trace"], { MASTHEAD_KNOWN_BUILDS_FILE: file })).toThrow(
    `the file of known builds ${file} cannot be used: `,
  );
});
