import type { AgentResource } from "@masthead/shared/http/agent-resource";
import type { Page } from "@masthead/shared/http/page";
import type { Ask, CallOptions } from "../ask.js";
import { type Listing, listing, type PageQuery } from "../pages.js";

/** Agents: where they run, what they capture and what they lost. */
export interface AgentsClient extends Listing<PageQuery, Page<AgentResource>> {
  get(id: string, options?: CallOptions): Promise<AgentResource>;
  /** A NATS creds file that lets its holder speak as this agent. Secret, and shown once. */
  createCredentials(id: string, options?: CallOptions): Promise<string>;
}

export const agentsClient = (ask: Ask): AgentsClient => ({
  ...listing((query: PageQuery, options) => ask.json("GET /v1/agents", { query, options })),
  get: (id, options) => ask.json("GET /v1/agents/{id}", { path: { id }, options }),
  createCredentials: async (id, options) =>
    (await ask.text("POST /v1/agents/{id}/credentials", "text/plain", { path: { id }, options })).text,
});
