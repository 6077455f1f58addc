import { join } from "node:path";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { type PolicySet, policySetSchema } from "@masthead/shared/wire/policy-set";
import type { Cleanup } from "../../support/cleanup.js";
import { type Committer, startCommitter } from "./committer.js";
import { type AgentHome, makeAgentHome } from "./traced-agent.js";

/** The policy set with this policy alone. */
export const setOf = (policy: object, revision: number): PolicySet =>
  policySetSchema.parse({ v: 1, revision, policies: [{ name: "bench", revision, document: policy }] });

/** What an agent that is measured talks to, and where it keeps its state. */
export interface BenchFleet {
  readonly nats: NatsServer;
  readonly committer: Committer;
  readonly home: AgentHome;
}

/** NATS and a committer, with one policy. @param ownPids count as Masthead's own */
export const startBenchFleet = async (
  cleanup: Cleanup,
  policy: object,
  ownPids: Record<string, number> = {},
): Promise<BenchFleet> => {
  const nats = await startNats({ dir: join(cleanup.folder(), "nats") });
  cleanup.add(() => nats.stop());
  const agentId = agentIdSchema.parse("bench");
  const committer = await startCommitter(cleanup, nats, agentId);
  await committer.publish(setOf(policy, 1));
  const home = await makeAgentHome(cleanup, nats, agentId, ownPids);
  return { nats, committer, home };
};
