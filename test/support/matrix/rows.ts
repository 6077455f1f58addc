import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NODE_WITH_OPENSSL } from "@masthead/agent/testing/node-with-openssl";
import type { Cleanup } from "../cleanup.js";
import { PYTHON } from "../python.js";
import { configureApache } from "./apache.js";
import { buildWithBoringSsl } from "./boringssl-programs.js";
import { configureCaddy } from "./caddy.js";
import { countingClient, curlClient, planningClient, type StartClient, wgetClient } from "./clients.js";
import type { Declared } from "./declared.js";
import { configureNginx } from "./nginx.js";
import { configuredServer, printingServer, programFile, type StartServer } from "./servers.js";

/** How a program of the matrix is started in each role. */
export interface Starters {
  /** as a policy's targets name them */
  executables: string[];
  server?: StartServer;
  /** `proxy`: the server, with an upstream */
  client?: StartClient | "proxy";
}

const runtime = (program: string): string =>
  fileURLToPath(new URL(`../../runtimes/node_modules/${program}`, import.meta.url));
/** Another Bun than the pinned one, to be watched before it becomes a known build. */
const BUN = process.env.MASTHEAD_MATRIX_BUN ?? runtime("@oven/bun-linux-x64/bin/bun");

/** Node, or what runs its programs. */
const node = (executable: string): Starters => ({
  executables: [realpathSync(executable)],
  server: printingServer(() => [executable, programFile("node-server.mjs")]),
  client: planningClient(() => [executable, programFile("node-client.mjs")]),
});
const python = (kind: "blocking" | "asyncio"): Starters => ({
  executables: [realpathSync(PYTHON)],
  server: printingServer(() => [PYTHON, programFile(`${kind}-server.py`)]),
  client: planningClient(() => [PYTHON, programFile(`${kind}-client.py`)]),
});

/** By row. */
export type AllStarters = Partial<Record<Declared["id"], Starters>>;

/** The programs that run on this host. @param cleanup removes what is built for them @param only these rows; absent: all */
export function startersOf(cleanup: Cleanup, only?: readonly string[]): AllStarters {
  const all = allStarters(cleanup);
  return Object.fromEntries(Object.entries(all).filter(([id]) => only?.includes(id) ?? true));
}

function allStarters(cleanup: Cleanup): AllStarters {
  const own = {
    server: buildWithBoringSsl(cleanup, "boringssl-server"),
    client: buildWithBoringSsl(cleanup, "boringssl-client"),
  };
  return {
    nginx: {
      executables: ["/usr/sbin/nginx"],
      server: configuredServer(configureNginx, "SIGTERM"),
      client: "proxy",
    },
    apache: {
      executables: ["/usr/sbin/apache2"],
      server: configuredServer(configureApache, "SIGTERM"),
      client: "proxy",
    },
    caddy: {
      executables: ["/usr/bin/caddy"],
      server: configuredServer(configureCaddy, "SIGTERM"),
      client: "proxy",
    },
    [nodeOfThisHost()]: node(process.execPath),
    ...(process.arch === "x64" ? { "node-24": node(NODE_WITH_OPENSSL), bun: node(BUN) } : {}),
    "python-blocking": python("blocking"),
    "python-asyncio": python("asyncio"),
    curl: { executables: ["/usr/bin/curl"], client: curlClient },
    wget: { executables: ["/usr/bin/wget"], client: wgetClient },
    boringssl: {
      executables: Object.values(own),
      server: printingServer(() => [own.server]),
      client: countingClient(() => [own.client]),
    },
  };
}

/** The row of the Node that runs the tests: Debian's has its OpenSSL in a library, that of nodejs.org in the executable. */
function nodeOfThisHost(): "node-inside" | "node-shared" {
  const { node_shared_openssl: shared } = process.config.variables as { node_shared_openssl?: boolean };
  return shared ? "node-shared" : "node-inside";
}
