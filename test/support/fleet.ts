import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import type { Cleanup } from "./cleanup.js";
import { type Product, startMasthead } from "./product.js";
import { type Program, startProgram } from "./program.js";
import { readyEpoch } from "./ready-run.js";
import { until } from "./until.js";

const AGENT = fileURLToPath(new URL("../../packages/agent/bin/masthead-agent.js", import.meta.url));

/** One run of `masthead-agent run`. */
export interface FleetAgent {
  readonly id: string;
  readonly epoch: number;
  readonly home: string;
  readonly program: Program;
}

/** The control plane on a NATS that the test can take away, without an agent of its own. */
export interface Fleet {
  readonly product: Product;
  stopNats(): Promise<void>;
  startNats(): Promise<void>;
  /**
   * Starts an agent and waits until it captures under a policy set. The same id is the same agent with the same state.
   * `environment` holds its settings.
   */
  startAgent(id: string, environment?: Record<string, string>): Promise<FleetAgent>;
}

/** All of it is stopped by `cleanup`. */
export const startFleet = async (cleanup: Cleanup): Promise<Fleet> => {
  const folder = cleanup.folder();
  const dir = join(folder, "nats");
  let nats: NatsServer = await startNats({ dir });
  cleanup.add(() => nats.stop());
  const credentials = join(folder, "api.creds");
  writeFileSync(credentials, nats.apiCredentials, { mode: 0o600 });
  const product = await startMasthead(cleanup, {
    MASTHEAD_AGENT: "off",
    MASTHEAD_NATS_URL: nats.url,
    MASTHEAD_NATS_CREDENTIALS: credentials,
  });

  const startAgent: Fleet["startAgent"] = async (id, environment = {}) => {
    const home = join(folder, id);
    mkdirSync(home, { recursive: true });
    // Of a run that was killed.
    rmSync(join(home, "run/agent.ready"), { force: true });
    const own = join(folder, `${id}.creds`);
    writeFileSync(own, await nats.createAgentCredentials(id), { mode: 0o600 });
    const program = startProgram(process.execPath, [AGENT, "run"], {
      env: {
        PATH: process.env["PATH"],
        MASTHEAD_HOME: home,
        MASTHEAD_NATS_URL: nats.url,
        MASTHEAD_NATS_CREDENTIALS: own,
        MASTHEAD_FLUSH_AFTER_MS: "100",
        MASTHEAD_HEARTBEAT_EVERY_MS: "200",
        ...environment,
      },
    });
    cleanup.add(() => program.stop("SIGKILL"));
    const epoch = await until(`agent ${id} ready`, () => readyEpoch(home));
    return { id, epoch, home, program };
  };

  return {
    product,
    startAgent,
    stopNats: () => nats.stop(),
    startNats: async () => {
      nats = await startNats({ dir });
    },
  };
};
