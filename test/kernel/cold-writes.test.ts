import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, type Seen } from "../support/clear-text.js";
import { makeCertificate } from "../support/https-servers.js";
import { probesOn } from "../support/probes-on.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/**
 * What a program hands over in memory that nobody has touched is not there yet where OpenSSL makes a record of it, and is seen when the library
 * writes to its socket. Where calls are seen (OpenSSL 3.2 and later), it is there when they return.
 */

const PROGRAM = fileURLToPath(new URL("../programs/cold-writes.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.each(["copy", "call"] as const)(
  "each message is seen at both ends, in order and whole, with TLS seen at each %s",
  async (seenAt) => {
    const { certificate, key } = makeCertificate(cleanup.folder());
    const ended: { connection: number; exchange: number; flags: number }[] = [];
    const { seen, attachment } = captureClearText(cleanup, {
      seenAt,
      onMessageEnd: ({ response, connection, exchange, flags }) => {
        if (response) ended.push({ connection, exchange, flags });
      },
    });
    const program = startProgram(PYTHON, [PROGRAM, certificate, key]);
    cleanup.add(() => program.stop("SIGKILL"));
    await probesOn(attachment, program);
    program.send("begin");
    await program.line((line) => line === "done");
    const headsAt = (role: Seen["role"]) =>
      seen.filter((head) => head.pid === program.pid && head.role === role);
    const endsAt = (role: Seen["role"]) =>
      ended.filter(({ connection }) => connection === headsAt(role)[0]?.connection);
    await until("the last response", () => endsAt("client").some(({ exchange }) => exchange === 3));
    for (const role of ["client", "server"] as const) {
      const heads = headsAt(role);
      const wanted = [1, 2, 3, 4].flatMap((index) => [`/cold/${index}`, String(220 + index)]);
      expect(heads.map(({ what }) => what)).toEqual(wanted);
      expect(new Set(heads.map(({ ports }) => ports.join())).size).toBe(1);
      expect(heads.filter(({ flags }) => flags.midStream || flags.gap || flags.malformed)).toEqual([]);
      expect(endsAt(role).map(({ exchange, flags }) => [exchange, flags])).toEqual(
        [0, 1, 2, 3].map((exchange) => [exchange, 0]),
      );
    }
  },
);
