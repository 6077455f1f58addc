import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { hasBatchStream } from "@masthead/api/platform/nats/infrastructure";
import { startPostgres } from "../embedded-postgres.js";
import { startNats } from "../nats-server.js";
import { boundedLog } from "./bounded-log.js";
import { type Home, pidFile } from "./home.js";
import { killedWhenHung } from "./hung-part.js";
import { keepRunning, type Part } from "./part.js";

type Say = (line: string) => void;

const hooks = (home: Home, name: string, say: Say) => {
  const file = pidFile(home, name);
  return { say, onStart: (pid: number) => file.write(pid), onEnd: () => file.remove() };
};

/** Keeps the embedded Postgres running. It comes back on the same port, which its clients rely on. */
export const keepPostgres = async (home: Home, say: Say): Promise<{ part: Part; url: string }> => {
  const log = boundedLog(join(home.logs, "postgres.log"));
  let url = "";
  const start = async () => {
    const server = await startPostgres({ dir: join(home.path, "postgres"), onProgress: say, onLog: log });
    url = server.url;
    return server;
  };
  const part = await keepRunning("Postgres", start, hooks(home, "postgres", say));
  return { part, url };
};

export interface NatsAccess {
  url: string;
  /** Creds file of the control plane. */
  apiCredentials: string;
  /** creds file of this host's agent. */
  agentCredentials: string | undefined;
  /** File with which the control plane signs agents' credentials; absent: it makes none. */
  issuer: string | undefined;
}

/** Keeps nats-server running, also where it hangs, and writes the creds files of the control plane and of the agent of this host. */
export const keepNats = async (
  home: Home,
  agentId: string,
  say: Say,
): Promise<{ part: Part } & NatsAccess> => {
  const log = boundedLog(join(home.logs, "nats.log"));
  const apiCredentials = join(home.secrets, "api.creds");
  const agentCredentials = join(home.secrets, "agent.creds");
  const issuer = join(home.secrets, "nats-issuer.json");
  let url = "";
  const start = async () => {
    const server = await startNats({ dir: join(home.path, "nats"), onLog: log });
    if (url === "") {
      secret(apiCredentials, server.apiCredentials);
      secret(issuer, JSON.stringify(server.issuer));
      secret(agentCredentials, await server.createAgentCredentials(agentId));
    }
    url = server.url;
    const address = { url, credentials: server.apiCredentials };
    return killedWhenHung(server, {
      name: "NATS",
      answers: () => withNatsConnection(address, hasBatchStream),
      say,
    });
  };
  const part = await keepRunning("NATS", start, hooks(home, "nats", say));
  return { part, url, apiCredentials, agentCredentials, issuer };
};

/** Written anew at every start, so that a NATS with another identity never meets credentials of the one before. */
const secret = (file: string, text: string): void => {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600 });
};
