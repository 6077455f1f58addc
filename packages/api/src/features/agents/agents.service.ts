import type { AgentResource } from "@masthead/shared/http/agent-resource";
import type { AgentId } from "@masthead/shared/ids";
import type { Deps } from "../../deps.js";
import type { Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import { issueAgentCredentials, type UserIssuer } from "../../platform/nats/credentials.js";
import { fleetRevision } from "../policies/index.js";
import { readAgents } from "./agents.read-model.js";
import { toAgentResource } from "./agents.rules.js";

const read = (deps: Deps, scope: Scope, page: Parameters<typeof readAgents>[1]): Promise<AgentResource[]> =>
  deps.withDatabase((database) =>
    database.transaction(
      scope,
      async ({ sql }) => {
        const revision = await fleetRevision(sql);
        const agents = await readAgents(sql, page);
        return agents.map((view) => toAgentResource(view, revision, deps.now()));
      },
      "read only",
    ),
  );

/** Agents by id, from behind `after` on. */
export const getAgents = (
  deps: Deps,
  scope: Scope,
  page: { after?: string | undefined; limit: number },
): Promise<AgentResource[]> => read(deps, scope, page);

/** @throws ApiError `not_found` */
export async function getAgent(deps: Deps, scope: Scope, id: string): Promise<AgentResource> {
  const [agent] = await read(deps, scope, { id, limit: 1 });
  if (!agent) throw new ApiError("not_found", `no agent ${id} was ever heard of`);
  return agent;
}

/**
 * Makes NATS credentials for an agent; the NATS server needs no restart to accept them.
 *
 * @param issuer null where this control plane holds no signing key
 * @returns text of a creds file; secret, and stored nowhere
 * @throws ApiError `not_configured`
 */
export function createCredentials(issuer: UserIssuer | null, id: AgentId): Promise<string> {
  if (issuer === null) {
    throw new ApiError(
      "not_configured",
      "this control plane holds no NATS signing key: MASTHEAD_NATS_ISSUER is not set",
    );
  }
  return issueAgentCredentials(issuer, id);
}
