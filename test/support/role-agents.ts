import { expect } from "vitest";
import { type AgentAccount, ledgerOf, settledAccount } from "./agent-account.js";
import type { Cleanup } from "./cleanup.js";
import { type Fleet, type FleetAgent, startFleet } from "./fleet.js";
import type { Product } from "./product.js";
import { copyPrograms, type TracedPrograms } from "./traced-programs.js";

const ROLES = ["server", "client"] as const;
type Role = (typeof ROLES)[number];

/** An agent that sees one role of the traced programs, and nothing else on this host. */
export interface RoleAgent extends FleetAgent {
  readonly role: Role;
}

/** In place of the default policy: one policy for each role, each for agents of its own. */
const putRolePolicies = async (
  product: Product,
  programs: TracedPrograms,
  spec: object = {},
): Promise<void> => {
  await product.request("/v1/policies/default", { method: "DELETE" });
  for (const role of ROLES)
    await product.put(`losses-${role}`, {
      agents: { matchLabels: { sees: role } },
      targets: [{ executable: programs.executable[role], role }],
      ...spec,
    });
};

/** A fleet under one policy for each role, and the programs that they name. */
export const startRoleFleet = async (
  cleanup: Cleanup,
  spec?: object,
): Promise<{ fleet: Fleet; programs: TracedPrograms }> => {
  const fleet = await startFleet(cleanup);
  const programs = copyPrograms(cleanup);
  await putRolePolicies(fleet.product, programs, spec);
  return { fleet, programs };
};

/** Starts two agents, one for each role, under the policies of `startRoleFleet`. */
export const startRoleAgents = (
  fleet: Fleet,
  name: string,
  environment: Record<string, string>,
): Promise<RoleAgent[]> =>
  Promise.all(
    ROLES.map(async (role) => {
      const labels = { MASTHEAD_AGENT_LABELS: `sees=${role}` };
      const agent = await fleet.startAgent(`${name}-${role}`, { ...environment, ...labels });
      return { ...agent, role };
    }),
  );

/**
 * Waits until each agent's `made` exchanges are settled, and holds all that the control plane says of them together:
 * made = usage + losses, each loss one of `names`, in REST and in SQL (promise no-silent-loss).
 */
export const expectAccounted = async (
  product: Product,
  agents: readonly RoleAgent[],
  made: number,
  names: readonly string[],
): Promise<AgentAccount[]> => {
  const accounts = await Promise.all(agents.map((agent) => settledAccount(product, agent, agent.role, made)));
  const ledgers = await Promise.all(agents.map((agent) => ledgerOf(product, agent)));
  for (const [at, { usage, losses, ledger, completeness }] of accounts.entries()) {
    const lost = Object.values(losses).reduce((sum, count) => sum + count, 0);
    expect(usage + lost, agents[at]?.id).toBe(made);
    expect(Object.keys(losses).filter((name) => !names.includes(name))).toEqual([]);
    expect(ledger).toEqual({ captured: made, committed: usage, pending: 0, lost });
    expect(completeness).toEqual({ lost, pending: 0, gaps: [] });
    expect(ledgers[at]).toEqual({ captured: made, committed: usage, pending: 0, lost, imbalance: 0 });
  }
  return accounts;
};
