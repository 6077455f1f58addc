import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.js";
import { type HttpsServer, makeCertificate } from "./https-servers.js";
import { startProgram } from "./program.js";

export const RECYCLED_SERVER_SOURCE = fileURLToPath(
  new URL("../programs/recycled-ssl-server.c", import.meta.url),
);

/** The TLS server that keeps all its connections on three SSL objects, built here. Stopped by `cleanup`. */
export const startRecycledServer = async (cleanup: Cleanup): Promise<HttpsServer> => {
  const dir = cleanup.folder();
  const binary = join(dir, "recycled-ssl-server");
  execFileSync("gcc", ["-O2", "-o", binary, RECYCLED_SERVER_SOURCE, "-lssl", "-lcrypto"]);
  const { certificate, key } = makeCertificate(dir);
  const program = startProgram(binary, [certificate, key]);
  cleanup.add(() => program.stop());
  return { port: Number(await program.line()), pid: program.pid, program };
};
