import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectNats, type NatsConnection } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure } from "@masthead/api/platform/nats/infrastructure";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { DEFAULT_POLICY_DOCUMENT } from "@masthead/shared/policy/default-policy";
import { HEARTBEAT_STREAM, heartbeatSubject } from "@masthead/shared/subjects";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";
import type { Cleanup } from "../../support/cleanup.js";
import { type Program, startProgram } from "../../support/program.js";
import { storedMessages } from "../../support/stored-messages.js";

const AGENT = fileURLToPath(new URL("../../../packages/agent/bin/masthead-agent.js", import.meta.url));

/** Fast, and with more exchanges than one batch has within a flush. */
const RECORDING = {
  v: 1,
  exchanges: Array.from({ length: 50 }, (_, index) => ({
    ...{ afterMs: 1, durationMs: 1 + index, role: "server", service: "shop", tenant: `t${index % 3}` },
    ...{ method: "GET", path: `/v1/orders/${index}`, status: 200, requestBytes: 100, responseBytes: 200 },
  })),
};

/** A policy set as the control plane publishes it, of one policy. */
export const policySet = (revision: number, document: unknown = DEFAULT_POLICY_DOCUMENT) => ({
  v: 1 as const,
  revision,
  policies: [{ name: "default", revision, document }],
});

/** An agent that replays a recording, and the NATS that it publishes to: delivery without a kernel and without a control plane. */
export class RecordedHost {
  readonly agentId = agentIdSchema.parse("host-1");
  readonly home: string;

  private constructor(
    private readonly cleanup: Cleanup,
    readonly folder: string,
    public nats: NatsServer,
  ) {
    this.home = join(folder, "home");
    cleanup.add(() => this.nats.stop());
  }

  static async start(cleanup: Cleanup): Promise<RecordedHost> {
    const folder = cleanup.folder();
    const host = new RecordedHost(cleanup, folder, await startNats({ dir: join(folder, "nats") }));
    await host.controlPlane(ensureInfrastructure);
    return host;
  }

  /** With the control plane's rights. */
  async controlPlane<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await connectNats({ url: this.nats.url, credentials: this.nats.apiCredentials });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  async startAgent(
    args: string[] = ["--recorded", join(this.folder, "recording.json")],
    environment: Record<string, string> = {},
  ): Promise<Program> {
    mkdirSync(this.home, { recursive: true });
    const credentials = join(this.folder, "agent.creds");
    writeFileSync(credentials, await this.nats.createAgentCredentials(this.agentId));
    writeFileSync(join(this.folder, "recording.json"), JSON.stringify(RECORDING));
    const agent = startProgram(process.execPath, [AGENT, "run", ...args], {
      env: {
        ...process.env,
        MASTHEAD_HOME: this.home,
        MASTHEAD_NATS_URL: this.nats.url,
        MASTHEAD_NATS_CREDENTIALS: credentials,
        MASTHEAD_FLUSH_AFTER_MS: "50",
        MASTHEAD_HEARTBEAT_EVERY_MS: "200",
        ...environment,
      },
    });
    this.cleanup.add(() => agent.stop("SIGKILL"));
    return agent;
  }

  /** Every message that the stream holds on a subject. */
  stored(stream: string, subject: string): Promise<Uint8Array[]> {
    return this.controlPlane((connection) => storedMessages(connection, stream, subject));
  }

  async lastHeartbeat(): Promise<Heartbeat | undefined> {
    const [message] = await this.stored(HEARTBEAT_STREAM, heartbeatSubject(this.agentId));
    return message && heartbeatSchema.parse(JSON.parse(new TextDecoder().decode(message)));
  }
}
