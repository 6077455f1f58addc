import { fileURLToPath } from "node:url";
import { RecordEndReason } from "@masthead/agent/decode/record-enums";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, type Seen } from "../support/clear-text.js";
import { buildGoProgram } from "../support/go-programs.js";
import { makeCertificate } from "../support/https-servers.js";
import type { KernelCaptureOptions } from "../support/kernel-capture.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Streams in chunks whose last chunk is never read: whether the client left them, or the server broke off. */

const PYTHON_PROGRAM = fileURLToPath(new URL("../programs/left-streams.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const { END_LEFT, END_CLOSED } = RecordEndReason;

/** Has a program that is given a certificate make these streams, and waits for the ends of all their connections. @returns why each ended, by its path */
const endsOf = async (
  command: readonly string[],
  streams: readonly string[],
  options: Pick<KernelCaptureOptions, "seenAt" | "go"> = {},
) => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const ended = new Map<number, number>();
  const { seen, attachment } = captureClearText(cleanup, {
    ...options,
    onConnectionEnd: ({ connection, reason }) => ended.set(connection, reason),
  });
  const [executable = "", ...given] = command;
  const program = startProgram(executable, [...given, certificate, key]);
  cleanup.add(() => program.stop("SIGKILL"));
  await until("probes on it", () => attachment.libraries().some(({ pids }) => pids.has(program.pid)));
  for (const stream of streams) {
    program.send(stream);
    await program.line((line) => line === stream);
  }
  const requests = () => seen.filter(({ pid, what }) => pid === program.pid && what.startsWith("/"));
  await until("all connections to have ended", () => {
    const heads = requests();
    return heads.length === 2 * streams.length && heads.every(({ connection }) => ended.has(connection));
  });
  const of = (role: Seen["role"]) =>
    Object.fromEntries(
      requests()
        .filter((head) => head.role === role)
        .map(({ what, connection }) => [what.slice(1).replace("/", " "), ended.get(connection)]),
    );
  return { client: of("client"), server: of("server") };
};

test.each(["copy", "call"] as const)("who ended a stream, with TLS seen at each %s", async (seenAt) => {
  const ends = {
    ...{ client: END_LEFT, late: END_LEFT, shut: END_LEFT },
    ...{ within: END_CLOSED, server: END_CLOSED, ended: END_CLOSED, reset: END_CLOSED },
  };
  // On arm64 nobody knows where the library has the socket of what it frees.
  const ways = [
    "clear",
    "sockets",
    "memory",
    "freed-memory",
    ...(process.arch === "x64" ? ["freed-sockets"] : []),
  ];
  const wanted = ways.flatMap((way) =>
    Object.entries(ends).map(([end, reason]) => [`${way} ${end}`, reason] as const),
  );
  const streams = wanted.map(([stream]) => stream);
  const told = await endsOf([PYTHON, PYTHON_PROGRAM], streams, { seenAt });
  expect(told.client).toEqual(Object.fromEntries(wanted));
  expect(told.server).toEqual(Object.fromEntries(streams.map((stream) => [stream, END_CLOSED])));
});

test("of a Go program, that it left what it had been sent", async () => {
  const program = buildGoProgram(cleanup, [], "go-left-streams");
  const told = await endsOf([program], ["client", "late", "server"], { go: true });
  expect(told.client).toEqual({ client: END_CLOSED, late: END_LEFT, server: END_CLOSED });
  expect(told.server).toEqual({ client: END_CLOSED, late: END_CLOSED, server: END_CLOSED });
});
