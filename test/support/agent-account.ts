import type { AgentResource } from "@masthead/shared/http/agent-resource";
import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import postgres from "postgres";
import type { FleetAgent } from "./fleet.js";
import { ownerUrl, type Product, type UsageRow } from "./product.js";
import { until } from "./until.js";

/** What the control plane says became of an agent's exchanges, by its three ways of saying so. */
export interface AgentAccount {
  /** Of `/v1/usage`. */
  usage: number;
  /** Of `GET /v1/agents/{id}`, by `stage/reason`. */
  losses: Record<string, number>;
  ledger: AgentResource["ledger"];
  health: AgentResource["health"];
  /** Of `/v1/usage`, asked for this agent. */
  completeness: UsageMeta["completeness"];
}

export const usageOf = async (
  product: Product,
  agent: FleetAgent,
  role: "server" | "client",
  groupBy = "agent.id",
): Promise<{ items: UsageRow[]; meta: UsageMeta }> => {
  const query = new URLSearchParams({
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 60_000).toISOString(),
    window: "total",
    groupBy,
    "filter[agent.id]": agent.id,
    "filter[role]": role,
  });
  return product.get(`/v1/usage?${query}`);
};

/** Waits until the control plane knows of `made` exchanges, and none of them is pending. */
export const settledAccount = async (
  product: Product,
  agent: FleetAgent,
  role: "server" | "client",
  made: number,
): Promise<AgentAccount> => {
  const { ledger, losses, health } = await until(`${made} exchanges of ${agent.id} settled`, async () => {
    const found = await product.get<AgentResource>(`/v1/agents/${agent.id}`);
    if (found.epoch === agent.epoch && found.ledger.captured >= made && found.ledger.pending === 0)
      return found;
    throw new Error(JSON.stringify([found.ledger, found.losses, found.health]));
  }).catch((error: Error) => {
    const said = [...agent.program.lines.slice(-20), agent.program.errors().slice(-2000)].join("\n");
    throw new Error(`${error.message}; the agent's last words:\n${said}`, { cause: error.cause });
  });
  const { items, meta } = await usageOf(product, agent, role);
  return {
    usage: items.reduce((sum, { requests }) => sum + requests, 0),
    losses: Object.fromEntries(losses.map(({ stage, reason, count }) => [`${stage}/${reason}`, count])),
    ledger,
    health,
    completeness: meta.completeness,
  };
};

const asOwner = async <T>(product: Product, work: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
  const sql = postgres(ownerUrl(product), { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
};

/** One run of an agent, as the view `ledger` says it. */
export const ledgerOf = (product: Product, { id, epoch }: FleetAgent): Promise<Record<string, number>> =>
  asOwner(product, async (sql) => {
    const [ledger] = await sql<Record<string, number>[]>`
      select captured::float8, committed::float8, pending::float8, lost::float8, imbalance::float8
      from ledger where agent_id = ${id} and epoch = ${epoch}`;
    return { ...ledger };
  });

/** Losses of one run of an agent, as the view `ledger_losses` names and counts them. */
export const runLosses = (product: Product, { id, epoch }: FleetAgent): Promise<Record<string, number>> =>
  asOwner(product, async (sql) => {
    const rows = await sql<{ name: string; lost: number }[]>`
      select stage || '/' || reason as name, lost::float8 as lost from ledger_losses
      where agent_id = ${id} and epoch = ${epoch} and lost is not null`;
    return Object.fromEntries(rows.map(({ name, lost }) => [name, lost]));
  });

/** Counters of the agent's last heartbeat. */
export const heartbeatCounters = (product: Product, { id }: FleetAgent): Promise<Record<string, number>> =>
  asOwner(product, async (sql) => {
    const [row] = await sql<{ counters: Record<string, number> }[]>`
      select heartbeat->'counters' as counters from agents where agent_id = ${id}`;
    return row?.counters ?? {};
  });

/** Waits until each agent has reported that it lost `lost` exchanges. */
export const reportedLost = async (
  product: Product,
  agents: readonly FleetAgent[],
  lost: number,
): Promise<void> => {
  for (const { id } of agents)
    await until(`${id} to have lost ${lost}`, async () => {
      const { ledger } = await product.get<AgentResource>(`/v1/agents/${id}`);
      return ledger.lost === lost;
    });
};
