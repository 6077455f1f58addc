import { once } from "node:events";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SeenAt } from "@masthead/agent/capture/seen-at";
import { RecordFlag } from "@masthead/agent/decode/record-enums";
import { readSocket } from "@masthead/agent/pair/socket-addresses";
import { policySet } from "@masthead/agent/testing/policies";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { connectionTo } from "../support/go-exchanges.js";
import { startPrintingServer } from "../support/https-servers.js";
import { addExecutables, pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { askOnce, buildOpensslServer } from "../support/openssl-server.js";
import { until } from "../support/until.js";

/** Writes of OpenSSL are seen where it makes records of them: each byte once, in whichever way the program asks for it. */

const SOURCE = fileURLToPath(new URL("../programs/ways-to-write-server.c", import.meta.url));
/** More than sockets take at once. */
const BYTES = 1_000_000;
/** More than a cipher makes records of at once, and no multiple of a record's size. */
const SOME_BYTES = 300_001;
/** Of a response with so long a body, its head included. */
const wholeLength = (bytes: number) => bytes + `HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n\r\n`.length;
const SMALL_BYTES = 20_000;
const PATHS = ["/one", "/two", "/three"];
/** Old versions and ciphers too. */
const CLIENT = { minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;

const built = new Cleanup();
const cleanup = new Cleanup();
let executable: string;
beforeAll(() => {
  executable = buildOpensslServer(built.folder(), SOURCE);
});
afterEach(() => cleanup.run());
afterAll(() => built.run());

const startServer = (way: string, bytes: number) =>
  startPrintingServer(cleanup, [executable], way, String(bytes));

const UNSURE = RecordFlag.RECORD_GAP_BEFORE | RecordFlag.RECORD_MID_STREAM | RecordFlag.RECORD_MALFORMED;

/** What is seen of the server: heads with the peer's port, and how long responses were. */
const capture = (pid: number, seenAt: SeenAt) => {
  const seen: string[] = [];
  const lengths: number[] = [];
  const started = startKernelCapture(
    cleanup,
    (record, bytes) => {
      if (record.pid !== pid) return;
      const peer = record.has(RecordFlag.RECORD_SOCKET)
        ? readSocket(bytes, record.socketStart)?.peerPort
        : "?";
      const what = record.request ? pathOf(record, bytes) : String(record.status);
      if (!record.request && record.complete) lengths.push(record.bytes);
      seen.push(record.has(UNSURE) ? `${what} unsure` : `${what} ${peer}`);
    },
    {
      ...{ seenAt, clearText: true },
      onMessageEnd: (record) => {
        if (record.pid === pid && record.response) lengths.push(record.bytes);
      },
    },
  );
  const running = realpathSync(`/proc/${pid}/exe`);
  addExecutables(started.tables, running);
  const apply = (revision: number, timings: ("network" | "cpu")[] = []) =>
    started.tables.apply(
      policySet(revision, {
        all: { targets: [{ executable: running }], ...(timings.length > 0 && { timings }) },
      }),
    );
  apply(1);
  const sites = () =>
    (started.attachment.libraries().find(({ pids }) => pids.has(pid))?.sites ?? []).map(
      (site) => site.function,
    );
  return { ...started, seen, lengths, apply, sites };
};

const ask = (port: number, paths: string[]) => askOnce(cleanup, port, paths, CLIENT);

describe.runIf(process.arch === "x64")("a server on OpenSSL that writes", () => {
  test.each<[string, number, SeenAt, boolean]>([
    ["once", SOME_BYTES, "copy", false],
    ["again", BYTES, "copy", true],
    ["again", BYTES, "call", true],
    ["partly", BYTES, "copy", true],
    ["small", SMALL_BYTES, "copy", false],
    ["lot", SOME_BYTES, "copy", false],
    ["lotagain", BYTES, "copy", true],
    ["old", SOME_BYTES, "copy", false],
  ])("%s, %i bytes, seen at the %s: each byte once", async (way, bytes, seenAt, asksAgain) => {
    const { program, port } = await startServer(way, bytes);
    const { seen, lengths, sites, session } = capture(program.pid, seenAt);
    const atCopies = session.info.seenAt === "copy" && !sites().includes("write_flags");
    expect(sites().includes("write_copy")).toBe(atCopies);
    const client = await ask(port, PATHS);
    await until("all heads", () => seen.length >= 2 * PATHS.length && lengths.length >= PATHS.length);
    expect(seen).toEqual(PATHS.flatMap((path) => [`${path} ${client}`, `200 ${client}`]));
    expect(lengths).toEqual(PATHS.map(() => wholeLength(bytes)));
    await until("all that it says", () => program.lines.length > PATHS.length);
    const askedAgain = program.lines.slice(1).map(Number);
    expect(askedAgain.some((times) => times > 0)).toBe(asksAgain);
  });

  test("and is measured from the midst of a response on: nothing is seen twice", async () => {
    const { program, port } = await startServer("again", BYTES);
    const { seen, lengths, apply, attachment, sites } = capture(program.pid, "copy");
    if (!sites().includes("write_copy")) return; // OpenSSL 3.2 and later: a response is seen when all of it was taken
    const connection = connectionTo(port, true, CLIENT);
    cleanup.add(() => connection.end());
    const first = await connection.begin({ path: "/first", id: "first" });
    await until("a response that has begun", () => seen.length === 2);
    expect(lengths).toEqual([]);
    const before = sites().filter((name) => name.startsWith("write"));
    apply(2, ["network", "cpu"]);
    expect(sites()).toContain("read_ex");
    expect(sites().filter((name) => name.startsWith("write"))).toEqual(before);
    first.resume();
    await once(first, "end");
    for (let scans = 0; scans < 5; scans++) attachment.scan();
    expect(sites()).not.toContain("read_copy");
    await connection.get(PATHS.map((path) => ({ path, id: path })));
    await until("all", () => seen.length >= 8 && lengths.length >= 4);
    expect(seen.map((head) => head.split(" ")[0])).toEqual(
      ["/first", ...PATHS].flatMap((path) => [path, "200"]),
    );
    expect(lengths).toEqual(Array(4).fill(wholeLength(BYTES)));
  });
});
