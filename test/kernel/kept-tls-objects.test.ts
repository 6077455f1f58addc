import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, socketsOfProcess } from "../support/clear-text.js";
import { makeCertificate } from "../support/https-servers.js";
import { probesOn } from "../support/probes-on.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Programs that close the socket of a connection long before they free its TLS object. */

const PROGRAM = fileURLToPath(new URL("../programs/kept-tls-objects.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Where handshakes are not seen, nothing tells whose socket it is before the object is freed. */
const WAYS = process.arch === "x64" ? ["sockets", "memory"] : ["memory"];

test.each(WAYS)(
  "a connection over TLS on %s ends with its socket, whenever its object is freed",
  async (how) => {
    const { certificate, key } = makeCertificate(cleanup.folder());
    const ended: number[] = [];
    const { seen, session, attachment } = captureClearText(cleanup, {
      onConnectionEnd: ({ pid, wholeAtEnd }) => wholeAtEnd && ended.push(pid),
    });
    const program = startProgram(PYTHON, [PROGRAM, certificate, key, how]);
    cleanup.add(() => program.stop("SIGKILL"));
    await probesOn(attachment, program);
    program.send("begin");
    await program.line((line) => line === "done");
    await until("both ends to have ended", () => ended.filter((pid) => pid === program.pid).length === 2);
    expect(seen.filter(({ pid }) => pid === program.pid).map(({ role, what }) => `${role} ${what}`)).toEqual([
      "client /kept",
      "server /kept",
      "server 200",
      "client 200",
    ]);
    expect(socketsOfProcess(session, "connections", program.pid)).toBe(0);
    expect(socketsOfProcess(session, "strange_sockets", program.pid)).toBe(0);
  },
);
