import type { ExchangeItem } from "@masthead/shared/http/exchange-item";
import { agentIdSchema } from "@masthead/shared/ids";
import { batchSubject, bucketDirectGetSubject, COMMITTED_BUCKET } from "@masthead/shared/subjects";
import { type Watermark, watermarkSchema } from "@masthead/shared/wire/watermark";
import type { TestControlPlane } from "../../postgres/support/control-plane.js";
import { type Ask, everyItem } from "./asking.js";
import { type TenantUsage, withoutId } from "./expected.js";

/** Everything that the API says of the last hour. */
export interface Told {
  exchanges: Omit<ExchangeItem, "id">[];
  ids: number;
  server: TenantUsage[];
  client: TenantUsage[];
  completeness: unknown;
  /** the agent's account, as the control plane holds it */
  ledger: unknown;
}

type UsageRow = TenantUsage & { group: Record<string, string> };

/** Asks for all of it, in pages smaller than the whole. */
export const tellAll = async (ask: Ask, agentId: string): Promise<Told> => {
  const usage = async (role: string): Promise<TenantUsage[]> => {
    const rows = await everyItem<UsageRow>(ask, `/v1/usage?groupBy=tenant.id&filter[role]=${role}&limit=2`);
    return rows.map(({ group, requests, errors, requestBytes, responseBytes }) => ({
      ...{ tenant: String(group["tenant.id"]), requests, errors, requestBytes, responseBytes },
    }));
  };
  const exchanges = await everyItem<ExchangeItem>(ask, "/v1/exchanges?limit=100");
  const { json } = await ask<{ meta: { completeness: unknown } }>("GET", "/v1/usage");
  const agent = await ask<{ ledger: unknown }>("GET", `/v1/agents/${agentId}`);
  return {
    exchanges: exchanges.map(withoutId),
    ids: new Set(exchanges.map(({ id }) => id)).size,
    server: await usage("server"),
    client: await usage("client"),
    completeness: json.meta.completeness,
    ledger: agent.json.ledger,
  };
};

/** The watermark that the agent reads when it connects. */
export const watermarkOf = async (plane: TestControlPlane, agentId: string): Promise<Watermark> => {
  const connection = await plane.connectAs(agentId);
  const answer = await connection.request(bucketDirectGetSubject(COMMITTED_BUCKET, agentId));
  return watermarkSchema.parse(answer.json());
};

/** Publishes messages of an agent again, as it does where no watermark reached it. */
export const sendAgain = async (
  plane: TestControlPlane,
  agentId: string,
  messages: readonly Uint8Array[],
): Promise<void> => {
  const connection = await plane.connectAs(agentId);
  const subject = batchSubject(agentIdSchema.parse(agentId));
  for (const message of messages) await connection.jetstream().publish(subject, message);
};
