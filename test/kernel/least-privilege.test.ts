import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isOpensslName } from "@masthead/agent/attach/libraries/library-name";
import { cachedLibraries, readLoaderCache } from "@masthead/agent/attach/libraries/loader-cache";
import { linkOffers } from "@masthead/agent/capture/native-programs";
import {
  type Circumstances,
  keptAfterLoading,
  maskOf,
  neededHere,
} from "@masthead/agent/privilege/capabilities";
import { parseThreadRights } from "@masthead/agent/privilege/thread-rights";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl, curlMany } from "../support/curl.js";
import { makeCertificate } from "../support/https-servers.js";
import { type Program, startProgram } from "../support/program.js";
import { copyPrograms } from "../support/traced-programs.js";
import { NOBODYS_ID, startUnprivileged } from "../support/unprivileged.js";
import { until } from "../support/until.js";

/** The agent as an account other than root that is given what the table lists, and drops most of it. */

const AGENT = fileURLToPath(new URL("../../packages/agent/bin/masthead-agent.js", import.meta.url));
const SERVER = fileURLToPath(new URL("../programs/https-server.py", import.meta.url));
const PROBE_AFTER_DROP = fileURLToPath(new URL("../programs/probe-after-drop.mjs", import.meta.url));
const REQUESTS = 60;
const SECRET = "Bearer canary-credential-0123456789";

const given: Circumstances = {
  link: linkOffers().find(({ offered }) => offered)?.kind,
  isRootInHomeOfAnother: false,
};
const NEEDED = neededHere(given);
const NAMES = NEEDED.map(({ name }) => name);
const KEPT = maskOf(keptAfterLoading(maskOf(NEEDED), given));

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

type Start = (args: readonly string[], environment: NodeJS.ProcessEnv) => Program;

const holding =
  (...capabilities: readonly string[]): Start =>
  (args, environment) =>
    startUnprivileged(capabilities, process.execPath, args, environment);
const asRoot: Start = (args, env) => startProgram(process.execPath, args, { env });

/** All that are needed here but one, and none that gives it as well. */
const holdingAllBut = (missing: string): Start =>
  holding(...NAMES.filter((name) => name !== missing && name !== "CAP_SYS_ADMIN"));

/** `trace --json` of one executable. */
const startTrace = (start: Start, executable = "/nowhere"): Program => {
  const folder = cleanup.folder();
  const policy = join(folder, "policy.json");
  const request = [
    { name: "x-request-id", action: "keep" },
    { name: "authorization", action: "presence" },
  ];
  writeFileSync(
    policy,
    JSON.stringify({
      ...{ apiVersion: "masthead.dev/v1", kind: "CapturePolicy", metadata: { name: "traced" } },
      spec: { targets: [{ executable }], headers: { request } },
    }),
  );
  const trace = start([AGENT, "trace", "--json", "--policy", policy], {
    ...process.env,
    MASTHEAD_HOME: join(folder, "home"),
  });
  cleanup.add(() => trace.stop("SIGKILL"));
  return trace;
};

/** Resolves when its capabilities are dropped and its policy is in force. @throws Error when it ends before */
const tracing = async (trace: Program): Promise<void> => {
  let end: string | undefined;
  void trace.ended.then((how) => {
    end = how;
  });
  const isTracing = () => trace.errors().includes("masthead-agent: tracing");
  await until("probes", () => isTracing() || end !== undefined);
  if (!isTracing()) throw new Error(`the agent ended (${end}): ${trace.errors()}`);
};

/** @param bounding what a program that it would run could at most be given, were it not for NoNewPrivs */
const expectJustKept = (pid: number, bounding: bigint): void => {
  const statuses = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/status`, "latin1"),
  );
  expect(statuses.length).toBeGreaterThan(4);
  for (const status of statuses) {
    expect(parseThreadRights(status)).toEqual({
      ...{ permitted: KEPT, effective: KEPT, inheritable: 0n, ambient: 0n },
      ...{ bounding, noNewPrivileges: true },
    });
  }
};

/** A copy of this host's OpenSSL in a folder that only its owner may enter: an inode that nothing was attached to. */
const copyOfLibrary = (): { folder: string; file: string } => {
  const cache = readLoaderCache("/");
  const [library = ""] = cache ? cachedLibraries(cache, isOpensslName) : [];
  const folder = cleanup.folder();
  chmodSync(folder, 0o700);
  const file = join(folder, basename(library));
  copyFileSync(library, file);
  return { folder, file };
};

const startServer = async (
  python: string,
  libraries: string,
): Promise<{ program: Program; port: number }> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const program = startProgram(python, [SERVER, certificate, key], {
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  });
  cleanup.add(() => program.stop());
  return { program, port: Number(await program.line()) };
};

it.each([
  ["from a folder closed to others", "kept"],
  ["that was deleted since", "deleted"],
])("drops them in every thread, and attaches to a library %s afterwards", async (_, fate) => {
  const { executable } = copyPrograms(cleanup);
  const library = copyOfLibrary();
  const trace = startTrace(holding(...NAMES), executable.server);
  await tracing(trace);
  expect(readFileSync(`/proc/${trace.pid}/status`, "latin1")).toMatch(
    new RegExp(`^Uid:\\t${NOBODYS_ID}\\t${NOBODYS_ID}\\t`, "m"),
  );
  expectJustKept(trace.pid, maskOf(NEEDED));

  // Held still, so that the first it sees of the library is what was made of it.
  process.kill(trace.pid, "SIGSTOP");
  const server = await startServer(executable.server, library.folder);
  const { ino } = statSync(library.file);
  if (fate === "deleted") rmSync(library.file);
  process.kill(trace.pid, "SIGCONT");
  const maps = readFileSync(`/proc/${server.program.pid}/maps`, "latin1");
  expect(maps).toMatch(new RegExp(` ${ino} +${library.file}`));

  await until("probes on the copy", async () => {
    await curl(server.port, [{ path: "/early" }]);
    return trace.lines.length > 0;
  });
  const ids = Array.from({ length: REQUESTS }, (_, index) => `r-${index}`);
  await curlMany(server.port, REQUESTS, 3, (index) => ({
    path: `/v1/orders/${index}?token=canary-query`,
    headers: { "x-request-id": ids[index] ?? "", authorization: SECRET },
  }));
  const items = () =>
    trace.lines
      .map((line) => exchangeItemSchema.parse(JSON.parse(line)))
      .filter(({ attributes }) => attributes["url.path"] !== "/early");
  await until("all of them", () => items().length >= REQUESTS);
  expectJustKept(trace.pid, maskOf(NEEDED));
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
  expect(trace.errors()).toContain("lost: none");
  const seen = items().map(({ attributes }) => String(attributes["http.request.header.x-request-id"]));
  expect(seen.sort()).toEqual(ids.sort());
  const attributes = {
    "process.pid": server.program.pid,
    "process.executable.path": executable.server,
    "http.response.status_code": 200,
  };
  for (const item of items()) expect(item).toMatchObject({ role: "server", attributes });
  expect(trace.lines.join("\n")).not.toContain("canary");
});

it.each(linkOffers().filter(({ offered }) => offered))(
  "with links of the kind $kind it probes a library for the first time after it dropped them",
  async ({ kind }) => {
    const circumstances: Circumstances = { ...given, link: kind };
    const start = holding(...neededHere(circumstances).map(({ name }) => name));
    const program = start([PROBE_AFTER_DROP, BUILT_OBJECT, kind, copyOfLibrary().file], process.env);
    cleanup.add(() => program.stop("SIGKILL"));
    await program.finish();
    const kept = neededHere(circumstances).filter(({ need }) => need(circumstances) === "always");
    expect(program.lines).toEqual([
      `capabilities kept: ${kept.map(({ name }) => name).join(", ")}`,
      "probed",
    ]);
  },
);

it.each([
  ["root", asRoot],
  ["one that may change the bounding set", holding(...NAMES, "CAP_SETPCAP")],
])("as %s it empties the bounding set as well", async (_, start) => {
  const trace = startTrace(start);
  await tracing(trace);
  expectJustKept(trace.pid, KEPT);
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
});

it.each(NEEDED.filter(({ isRequired }) => isRequired).map(({ name }) => name))(
  "without %s it does not start, and says how to give it",
  async (missing) => {
    const trace = startTrace(holdingAllBut(missing));
    expect(await trace.ended).toBe("exit code 1");
    expect(trace.errors()).toMatch(new RegExp(`nothing can be captured without ${missing} \\(to load `));
    expect(trace.errors()).toContain(`AmbientCapabilities=${NAMES.join(" ")}`);
    expect(trace.errors()).not.toContain("EPERM");
  },
);

it("captures less without one that is not required, and says what", async () => {
  const trace = startTrace(holdingAllBut("CAP_CHECKPOINT_RESTORE"));
  await tracing(trace);
  expect(trace.errors()).toMatch(/CAP_CHECKPOINT_RESTORE is missing.*replaced or deleted while in use/);
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
});

it("starts with CAP_SYS_ADMIN in place of those that load", async () => {
  const trace = startTrace(holding("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"));
  await tracing(trace);
  expect(trace.errors()).not.toMatch(/CAP_(BPF|PERFMON) is missing/);
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
});

it("shows what it holds, needs and would lose in doctor", async () => {
  const start = holding("CAP_BPF", "CAP_PERFMON", "CAP_DAC_READ_SEARCH");
  const doctor = start([AGENT, "doctor", "--json"], process.env);
  cleanup.add(() => doctor.stop("SIGKILL"));
  const report = JSON.parse(await doctor.line());
  expect(report.capabilities).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "CAP_BPF", held: true }),
      expect.objectContaining({ name: "CAP_SYS_PTRACE", held: false, need: "always" }),
    ]),
  );
  expect(report.checks).toContainEqual(
    expect.objectContaining({
      name: "capabilities",
      status: "limited",
      found: expect.stringContaining("CAP_SYS_PTRACE"),
    }),
  );
});
