import { type ExchangeItem, toExchangeItem } from "@masthead/shared/http/exchange-item";
import type { Batch, Role } from "@masthead/shared/wire/batch";

/** What `/v1/usage` says of one tenant. */
export interface TenantUsage {
  tenant: string;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
}

/** Usage by tenant in one role, counted from the batches themselves. */
export const usageOf = (batches: readonly Batch[], role: Role): TenantUsage[] => {
  const tenants = new Map<string, TenantUsage>();
  for (const part of batches.flatMap(({ usage }) => usage)) {
    if (part.role !== role) continue;
    const before = tenants.get(part.tenant);
    tenants.set(part.tenant, {
      tenant: part.tenant,
      requests: (before?.requests ?? 0) + part.requests,
      errors: (before?.errors ?? 0) + part.errors,
      requestBytes: (before?.requestBytes ?? 0) + part.requestBytes,
      responseBytes: (before?.responseBytes ?? 0) + part.responseBytes,
    });
  }
  return [...tenants.values()].sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
};

/** Items of `/v1/exchanges` without their ids, in no order. */
export const exchangesOf = (batches: readonly Batch[]): Omit<ExchangeItem, "id">[] =>
  batches.flatMap((batch) =>
    batch.exchanges.map(({ connection: at, policy, ...exchange }) => {
      const { process, ...connection } = found(batch.connections[at]);
      return withoutId(
        toExchangeItem({
          ...{ id: "", agentId: batch.agentId, host: batch.host, exchange, connection },
          process: found(batch.processes[process]),
          policy: found(batch.policies[policy]),
        }),
      );
    }),
  );

export const withoutId = ({ id: _, ...item }: ExchangeItem): Omit<ExchangeItem, "id"> => item;

const found = <T>(row: T | undefined): T => {
  if (row === undefined) throw new Error("a batch points beyond its tables");
  return row;
};

/** Items in an order of their own, to compare what comes in none. */
export const sorted = (items: readonly object[]): string[] =>
  items.map((item) => JSON.stringify(item)).sort();
