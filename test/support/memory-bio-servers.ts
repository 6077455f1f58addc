import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.js";
import { startPrintingServer } from "./https-servers.js";
import type { Program } from "./program.js";
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
  const [command, name, ...first] = COMMANDS[kind];
  const path = fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
  const { program: server, port } = await startPrintingServer(cleanup, [command, path, ...first], ...args);
  return { server, pid: server.pid, port };
};
