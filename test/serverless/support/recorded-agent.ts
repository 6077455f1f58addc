import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agentIdSchema } from "@masthead/shared/ids";
import { BATCH_STREAM, batchSubject, HEARTBEAT_STREAM, heartbeatSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import { decodeBatch } from "@masthead/shared/wire/codec";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";
import type { TestControlPlane } from "../../postgres/support/control-plane.js";
import type { Cleanup } from "../../support/cleanup.js";
import { startProgram } from "../../support/program.js";
import { storedMessages } from "../../support/stored-messages.js";
import { until } from "../../support/until.js";

const AGENT = fileURLToPath(new URL("../../../packages/agent/bin/masthead-agent.js", import.meta.url));
/** Two roles, three tenants, answers of all kinds and none. */
const RECORDING = {
  v: 1,
  exchanges: Array.from({ length: 60 }, (_, index) => ({
    ...{ afterMs: 1, durationMs: 1 + index, ttfbMs: 1, role: index % 4 === 3 ? "client" : "server" },
    ...{ service: "shop", tenant: `t${index % 3}`, method: "GET", path: `/v1/orders/${index}` },
    ...(index % 10 === 9 ? { errorType: "connection_closed" } : { status: index % 7 === 6 ? 503 : 200 }),
    ...{ requestBytes: 100 + index, responseBytes: 200 + index },
    requestHeaders: { "x-request-id": [`r-${index}`], "x-other": ["not kept"] },
  })),
};

/** What a real agent has published in one run. */
export interface Published {
  /** The messages of its batches, as they are in the stream. */
  messages: Uint8Array[];
  batches: Batch[];
  /** Its last word, with its own account. */
  last: Heartbeat;
}

/** Runs a real agent on a recording until it has sent a few batches, and stops it. @param credentials of its creds file */
export const runRecordedAgent = async (
  cleanup: Cleanup,
  plane: TestControlPlane,
  id: string,
  credentials: string,
): Promise<Published> => {
  const agentId = agentIdSchema.parse(id);
  const folder = cleanup.folder();
  const creds = join(folder, "agent.creds");
  const recording = join(folder, "recording.json");
  writeFileSync(creds, credentials, { mode: 0o600 });
  writeFileSync(recording, JSON.stringify(RECORDING));
  const agent = startProgram(process.execPath, [AGENT, "run", "--recorded", recording], {
    env: {
      ...process.env,
      MASTHEAD_HOME: join(folder, "home"),
      MASTHEAD_NATS_URL: plane.nats.url,
      MASTHEAD_NATS_CREDENTIALS: creds,
      MASTHEAD_FLUSH_AFTER_MS: "50",
      MASTHEAD_HEARTBEAT_EVERY_MS: "200",
    },
  });
  cleanup.add(() => agent.stop("SIGKILL"));
  const stored = (stream: string, subject: string) =>
    plane.deps.withNats((connection) => storedMessages(connection, stream, subject));
  const batches = () => stored(BATCH_STREAM, batchSubject(agentId));
  await until("a few batches", async () => (await batches()).length >= 4);
  const how = await agent.stop();
  if (how !== "exit code 0") throw new Error(`the agent ended (${how}): ${agent.errors()}`);
  const messages = await batches();
  const [heartbeat] = await stored(HEARTBEAT_STREAM, heartbeatSubject(agentId));
  return {
    messages,
    batches: await Promise.all(messages.map(decodeBatch)),
    last: heartbeatSchema.parse(JSON.parse(new TextDecoder().decode(heartbeat))),
  };
};
