import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText } from "../support/clear-text.js";
import { makeCertificate } from "../support/https-servers.js";
import { probesOn } from "../support/probes-on.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** What a program hands over in memory that nobody has touched is not there yet where OpenSSL makes a record of it. */

const PROGRAM = fileURLToPath(new URL("../programs/cold-writes.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.each(["copy", "call"] as const)(
  "of a client whose library writes to its socket: each request is seen, in order and whole, with TLS seen at each %s",
  async (seenAt) => {
    const { certificate, key } = makeCertificate(cleanup.folder());
    const { seen, attachment } = captureClearText(cleanup, { seenAt });
    const program = startProgram(PYTHON, [PROGRAM, certificate, key]);
    cleanup.add(() => program.stop("SIGKILL"));
    await probesOn(attachment, program);
    program.send("begin");
    await program.line((line) => line === "done");
    const own = () => seen.filter(({ pid, role }) => pid === program.pid && role === "client");
    await until("the last response", () => own().some(({ what }) => what === "204"));
    const client = own();
    expect(client.map(({ what }) => what)).toEqual(
      [1, 2, 3, 4].flatMap((index) => [`/cold/${index}`, String(200 + index)]),
    );
    expect(new Set(client.map(({ ports }) => ports.join())).size).toBe(1);
    expect(client.filter(({ flags }) => flags.midStream || flags.gap || flags.malformed)).toEqual([]);
  },
);
