import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText } from "../support/clear-text.js";
import { makeCertificate } from "../support/https-servers.js";
import { probesOn } from "../support/probes-on.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Connections that begin with a proxy's header, or with empty lines. */

const PROGRAM = fileURLToPath(new URL("../programs/proxied-connections.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("each exchange behind what a connection begins with is seen, from the first on, and nothing is missed before it", async () => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const { seen, attachment } = captureClearText(cleanup);
  const program = startProgram(PYTHON, [PROGRAM, certificate, key]);
  cleanup.add(() => program.stop("SIGKILL"));
  await probesOn(attachment, program);
  program.send("begin");
  await program.line((line) => line === "done");
  const names = program.lines.slice(0, -1);
  expect(names).toHaveLength(27);
  const own = () => seen.filter(({ pid }) => pid === program.pid);
  await until("all heads", () => own().length >= 8 * names.length);
  for (const role of ["client", "server"]) {
    const heads = own().filter((head) => head.role === role);
    const wanted = names.flatMap((name) => [`/${name}/1`, "201", `/${name}/2`, "202"]);
    expect(heads.map(({ what }) => what)).toEqual(wanted);
    expect(heads.filter(({ flags }) => flags.midStream || flags.gap || flags.malformed)).toEqual([]);
    expect(new Set(heads.map(({ connection }) => connection)).size).toBe(names.length);
  }
});
