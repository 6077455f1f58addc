import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.js";
import { type HttpsServer, makeCertificate } from "./https-servers.js";
import { buildOpensslServer } from "./openssl-server.js";
import { startProgram } from "./program.js";

export const RECYCLED_SERVER_SOURCE = fileURLToPath(
  new URL("../programs/recycled-ssl-server.c", import.meta.url),
);

/** The TLS server that keeps all its connections on three SSL objects, built here. Stopped by `cleanup`. */
export const startRecycledServer = async (cleanup: Cleanup): Promise<HttpsServer> => {
  const dir = cleanup.folder();
  const { certificate, key } = makeCertificate(dir);
  const program = startProgram(buildOpensslServer(dir, RECYCLED_SERVER_SOURCE), [certificate, key]);
  cleanup.add(() => program.stop());
  return { port: Number(await program.line()), pid: program.pid, program };
};
