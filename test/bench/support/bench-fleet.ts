import { join } from "node:path";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import type { Cleanup } from "../../support/cleanup.js";
import { type Committer, startCommitter } from "./committer.js";
import { type AgentHome, benchPolicy, makeAgentHome } from "./traced-agent.js";

/** What an agent that is measured talks to, and where it keeps its state. */
export interface BenchFleet {
  readonly nats: NatsServer;
  readonly committer: Committer;
  readonly home: AgentHome;
}

/** NATS and a committer, with the one policy whose target is `executable`. @param ownPids count as Masthead's own */
export const startBenchFleet = async (
  cleanup: Cleanup,
  executable: string,
  ownPids: Record<string, number> = {},
): Promise<BenchFleet> => {
  const nats = await startNats({ dir: join(cleanup.folder(), "nats") });
  cleanup.add(() => nats.stop());
  const agentId = agentIdSchema.parse("bench");
  const committer = await startCommitter(cleanup, nats, agentId);
  await committer.publish({
    v: 1,
    revision: 1,
    policies: [{ name: "bench", revision: 1, document: benchPolicy(executable) }],
  });
  const home = await makeAgentHome(cleanup, nats, agentId, ownPids);
  return { nats, committer, home };
};
