import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.js";
import { makeCertificate } from "./https-servers.js";
import { type Program, startProgram } from "./program.js";
import { PYTHON } from "./python.js";

const COMMANDS = {
  node: ["node", "memory-bio-server.mjs"],
  asyncio: [PYTHON, "memory-bio-asyncio.py", "server"],
} as const;

/** An HTTPS server on 127.0.0.1 whose TLS library touches no socket. @param args beside its certificate and key */
export const startMemoryBioServer = async (
  cleanup: Cleanup,
  kind: keyof typeof COMMANDS,
  ...args: string[]
): Promise<{ server: Program; pid: number; port: number }> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const [command, name, ...first] = COMMANDS[kind];
  const path = fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
  const server = startProgram(command, [path, ...first, certificate, key, ...args]);
  cleanup.add(() => server.stop("SIGKILL"));
  return { server, pid: server.pid, port: Number(await server.line()) };
};
