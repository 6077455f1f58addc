import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCertificate } from "../../support/https-servers.js";
import { startProgram } from "../../support/program.js";
import type { StartServer } from "./traced-server.js";

const PROGRAM = fileURLToPath(new URL("../../programs/https-server.mjs", import.meta.url));

/** The Node that runs this, from a copy of its executable: neither the agent nor this bench is the same program then. */
export const nodeServer: StartServer = async (cleanup, placement) => {
  const folder = cleanup.folder();
  const executable = join(folder, "node");
  copyFileSync(process.execPath, executable);
  const { certificate, key } = makeCertificate(folder);
  const program = startProgram(executable, [PROGRAM, certificate, key]);
  cleanup.add(() => program.stop());
  const port = Number(await program.line());
  placement.pinServer(program.pid);
  return {
    name: "Node",
    words: `Node ${process.versions.node} with TLS (node:https), one process: it answers 3 bytes by itself and keeps no log`,
    origin: `https://127.0.0.1:${port}`,
    executable,
    workerPid: program.pid,
    exchangesPerRequest: 1,
    usualHits: "Node reads until there is nothing more, and writes once",
  };
};
