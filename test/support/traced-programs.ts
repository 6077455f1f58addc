import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.js";
import { type HttpsServer, startPythonServer } from "./https-servers.js";
import { type Program, startProgram } from "./program.js";
import { PYTHON } from "./python.js";

const CHECKING_CLIENT = fileURLToPath(new URL("../programs/checking-client.py", import.meta.url));

export interface Traffic {
  connections: number;
  /** Requests on each connection. */
  rounds: number;
  /** `bytes`: answered at once; `held`: when the server is released. */
  kind?: "bytes" | "held";
  /** Half of each head comes first, the rest when the client is told to finish. */
  split?: boolean;
  /** Header lines; `{n}` is the request's number. */
  headers?: readonly string[];
}

/**
 * Pythons of the test's own, one for the server and one for clients: executables that nobody else on this host runs, so
 * that what an agent captures of them is exactly what the test made.
 */
export interface TracedPrograms {
  /** As a policy's target names them. */
  readonly executable: { readonly server: string; readonly client: string };
  server(): Promise<HttpsServer>;
  /** Starts a client; it has ended well when `finish` resolves, and its last line says how many answers were right. */
  client(server: HttpsServer, traffic: Traffic): Program;
}

/** @throws Error where there is no Python */
export const copyPrograms = (cleanup: Cleanup): TracedPrograms => {
  const folder = cleanup.folder();
  const executable = { server: join(folder, "server-python"), client: join(folder, "client-python") };
  for (const copy of Object.values(executable)) copyFileSync(PYTHON, copy);
  return {
    executable,
    server: () => startPythonServer(cleanup, executable.server),
    client: (server, { connections, rounds, kind = "bytes", split = false, headers = [] }) => {
      const numbers = [server.port, connections, rounds].map(String);
      const client = startProgram(executable.client, [
        ...[CHECKING_CLIENT, ...numbers, kind],
        ...(split ? ["--split"] : []),
        ...headers,
      ]);
      cleanup.add(() => client.stop());
      return client;
    },
  };
};
