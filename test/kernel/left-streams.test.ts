import { fileURLToPath } from "node:url";
import type { ConnectionEndRecord } from "@masthead/agent/decode/end-records";
import { RecordEndReason } from "@masthead/agent/decode/record-enums";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, type Seen } from "../support/clear-text.js";
import { buildGoProgram } from "../support/go-programs.js";
import { makeCertificate } from "../support/https-servers.js";
import type { KernelCaptureOptions } from "../support/kernel-capture.js";
import { probesOn } from "../support/probes-on.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Streams in chunks whose last chunk is never read: whether the client left them, or the server broke off. */

const PYTHON_PROGRAM = fileURLToPath(new URL("../programs/left-streams.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Why a connection ended, in words. */
const inWords = ({ reason, betweenChunks }: ConnectionEndRecord): string =>
  `${reason === RecordEndReason.END_LEFT ? "left" : "closed"}${betweenChunks ? " between chunks" : ""}`;

/** Has a program that is given a certificate make these streams, and waits for the ends of all their connections. @returns why each ended at its client and at its server, by its path */
const endsOf = async (
  command: readonly string[],
  streams: readonly string[],
  options: Pick<KernelCaptureOptions, "seenAt" | "go"> = {},
) => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const ended = new Map<number, string>();
  const { seen, attachment } = captureClearText(cleanup, {
    ...options,
    onConnectionEnd: (end) => ended.set(end.connection, inWords(end)),
  });
  const [executable = "", ...given] = command;
  const program = startProgram(executable, [...given, certificate, key]);
  cleanup.add(() => program.stop("SIGKILL"));
  await probesOn(attachment, program);
  for (const stream of streams) {
    program.send(stream);
    await program.line((line) => line === stream);
  }
  const requests = () => seen.filter(({ pid, what }) => pid === program.pid && what.startsWith("/"));
  await until("all connections to have ended", () => {
    const heads = requests();
    return heads.length === 2 * streams.length && heads.every(({ connection }) => ended.has(connection));
  });
  const endAt = (role: Seen["role"], stream: string) => {
    const path = `/${stream.replace(" ", "/")}`;
    const head = requests().find((request) => request.role === role && request.what === path);
    return head && ended.get(head.connection);
  };
  return Object.fromEntries(
    streams.map((stream) => [stream, [endAt("client", stream), endAt("server", stream)]]),
  );
};

/** What the ends of a client and of its server are to say, by what happened. */
const WANTED = {
  client: ["left between chunks", "closed"],
  late: ["left between chunks", "closed"],
  shut: ["left between chunks", "closed"],
  within: ["left", "closed"],
  gone: ["left between chunks", "left"],
  // The server's end of TCP comes before the client's own.
  bye: ["closed between chunks", "left"],
  waiting: ["left", "left"],
  server: ["closed between chunks", "closed"],
  ended: ["closed between chunks", "closed"],
  reset: ["closed between chunks", "closed"],
};

test.each(["copy", "call"] as const)("who ended a stream, with TLS seen at each %s", async (seenAt) => {
  // On arm64 nobody knows where the library has the socket of what it frees.
  const ways = [
    ...["clear", "sockets", "memory", "freed-memory"],
    ...(process.arch === "x64" ? ["freed-sockets"] : []),
  ];
  // A Python from 3.13 on marks TLS as ended by itself before it frees the object: then only TCP says who ended it.
  const isTold = (way: string, end: string) => end !== "bye" || !way.startsWith("freed");
  const wanted = Object.fromEntries(
    ways.flatMap((way) =>
      Object.entries(WANTED)
        .filter(([end]) => isTold(way, end))
        .map(([end, ends]) => [`${way} ${end}`, ends]),
    ),
  );
  const told = await endsOf([PYTHON, PYTHON_PROGRAM], Object.keys(wanted), { seenAt });
  /** A client that leaves some of a chunk unread resets the connection, so that the server cannot go on. */
  const inClear = { "clear within": ["left", "left"] };
  /** Such a server ends TLS and not TCP, which the client ends first. */
  const ofTls = ways
    .filter((way) => way !== "clear")
    .map((way) => [`${way} ended`, ["closed between chunks", "left"]]);
  expect(told).toEqual({ ...wanted, ...inClear, ...Object.fromEntries(ofTls) });
});

test("of a Go program, that it left what it had been sent, and that its client left", async () => {
  const program = buildGoProgram(cleanup, [], "go-left-streams");
  expect(await endsOf([program], ["client", "late", "server"], { go: true })).toEqual({
    client: ["closed between chunks", "left"],
    late: ["left between chunks", "closed"],
    server: ["closed between chunks", "closed"],
  });
});
