import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import {
  issueAgentCredentials,
  issueApiCredentials,
  type UserIssuer,
} from "@masthead/api/platform/nats/credentials";
import { hasBatchStream } from "@masthead/api/platform/nats/infrastructure";
import { renderServerConfig } from "@masthead/api/platform/nats/server-config";
import { agentIdSchema } from "@masthead/shared/ids";
import { type Child, startChild } from "./child.js";
import { stablePort } from "./free-port.js";
import { jetStreamIsServed } from "./jetstream-served.js";
import { endLeftover, hasArgument, pidIn } from "./leftover.js";
import { fleetIdentityIn } from "./nats-identity.js";

export interface NatsOptions {
  /** A folder for this server alone; holds its store and the fleet's NATS identity, which survive restarts. */
  dir: string;
  /** Absent: the one it had before, or a free one. */
  port?: number;
  onLog?: (line: string) => void;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where JetStream keeps its files. */
  readonly store: string;
  /** Resolves when the server has ended, with how. */
  readonly ended: Promise<string>;
  /** Signs users of the fleet: what the control plane makes agents' credentials with. Secret. */
  readonly issuer: UserIssuer;
  /** Text of the control plane's creds file. Secret. */
  readonly apiCredentials: string;
  /** Text of a creds file for one agent. Secret. @throws ZodError when the id is not a subject token. */
  createAgentCredentials(agentId: string): Promise<string>;
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Stops the server and removes all that JetStream stored; the identity stays. */
  wipe(): Promise<void>;
}

const STOP_WITHIN_MS = 15_000;
const ATTEMPTS = 5;
const READY = "Server is ready";
/** Debian keeps it in a folder that is not in everybody's path. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`;

/**
 * Starts nats-server with JetStream on 127.0.0.1, in operator mode: nothing anonymous. Ready when it resolves.
 * @throws Error with the server's last lines when it does not start.
 */
export const startNats = async (options: NatsOptions): Promise<NatsServer> => {
  const dir = resolve(options.dir);
  const store = join(dir, "store");
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const { trust, issuer } = await fleetIdentityIn(dir);
  const config = join(dir, "nats.conf");
  const pidFile = join(dir, "nats.pid");
  const leftover = pidIn(pidFile);
  if (leftover) await endLeftover(leftover, (pid) => hasArgument(pid, config), "SIGTERM", STOP_WITHIN_MS);
  const { child, port } = await launch(config, options, (port) =>
    renderServerConfig(trust, { port, storeDir: store, pidFile }),
  );
  const url = `nats://127.0.0.1:${port}`;
  const apiCredentials = await issueApiCredentials(issuer);
  await jetStreamIsServed(() => withNatsConnection({ url, credentials: apiCredentials }, hasBatchStream));
  const stop = async () => {
    await child.stop("SIGTERM", STOP_WITHIN_MS);
  };
  return {
    url,
    port,
    pid: child.pid,
    store,
    ended: child.ended,
    issuer,
    apiCredentials,
    createAgentCredentials: (agentId) => issueAgentCredentials(issuer, agentIdSchema.parse(agentId)),
    stop,
    async kill() {
      await child.stop("SIGKILL", STOP_WITHIN_MS);
    },
    async wipe() {
      await stop();
      rmSync(store, { recursive: true, force: true });
    },
  };
};

/** Tries again where the port was taken meanwhile. */
const launch = async (
  config: string,
  options: NatsOptions,
  render: (port: number) => string,
): Promise<{ child: Child; port: number }> => {
  let lastLines: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = options.port ?? (await stablePort(join(resolve(options.dir), "port")));
    writeFileSync(config, render(port), { mode: 0o600 });
    lastLines = [];
    let ready = () => {};
    const isReady = new Promise<"ready">((yes) => {
      ready = () => yes("ready");
    });
    const child = await startChild("nats-server", ["-c", config], {
      env: { PATH },
      onLine: (line) => {
        lastLines = [...lastLines.slice(-20), line];
        if (line.includes(READY)) ready();
        options.onLog?.(line);
      },
    });
    if ((await Promise.race([isReady, child.ended])) === "ready") return { child, port };
  }
  throw new Error(`nats-server did not start:\n${lastLines.join("\n")}`);
};
