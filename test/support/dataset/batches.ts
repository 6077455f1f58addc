import { agentIdSchema } from "@masthead/shared/ids";
import { usageWindowStart } from "@masthead/shared/time";
import { latencyBucket, toHistogram } from "@masthead/shared/usage/histogram";
import type { Batch, UsagePart, WireExchange } from "@masthead/shared/wire/batch";
import type { RawExchange } from "./exchanges.js";
import { COMPLETION_HEADER, MODEL_HEADER, type Population, PROMPT_HEADER } from "./population.js";
import type { Slot } from "./schedule.js";

/** The batch that an agent makes of the exchanges of a slot. Connections are one a service. */
export const batchOf = (population: Population, slot: Slot, exchanges: readonly RawExchange[]): Batch => {
  const { agent, epoch, seq } = slot;
  const place = new Map(agent.services.map((service, i) => [service, i]));
  const kept = exchanges.filter((exchange) => exchange.kept);
  return {
    ...{ v: 1, agentId: agentIdSchema.parse(agent.id), epoch, seq },
    createdAtUs: slot.toUs + 1_000,
    completeUntilUs: slot.toUs,
    host: { id: `id-of-${agent.host}`, name: agent.host },
    policies: population.policies.map(({ name, report }, i) => ({ name, revision: i + 1, report })),
    processes: agent.services.map(({ name }, i) => ({
      pid: 100 + i,
      executableName: "srv",
      serviceName: name,
    })),
    connections: agent.services.map((_, i) => ({
      ...{ process: i, role: agent.role, source: "openssl", scheme: "https" as const },
      ...{ localAddress: "10.0.0.1", localPort: 443, peerAddress: `10.0.1.${i}`, peerPort: 40_000 + i },
    })),
    exchanges: kept.map((exchange) => wireOf(exchange, place.get(exchange.service) ?? 0)),
    usage: usageOf(exchanges),
    countedOnly: exchanges.length - kept.length,
    ledger: {
      captured: slot.batched + slot.lost,
      batched: slot.batched,
      lost: slot.lost > 0 ? [{ stage: "kernel", reason: "ring_full", count: slot.lost }] : [],
      pending: 0,
    },
  };
};

const wireOf = (exchange: RawExchange, connection: number): WireExchange => ({
  timeUs: exchange.timeUs,
  durationUs: exchange.durationUs,
  ...(exchange.status === undefined
    ? {}
    : { ttfbUs: Math.floor(exchange.durationUs / 2), status: exchange.status }),
  ...{ connection, policy: exchange.policy, tenant: exchange.tenant.id, method: exchange.method },
  ...{ path: exchange.path, template: exchange.template, version: "1.1", serverAddress: "api.example.com" },
  requestBytes: exchange.requestBytes,
  responseBytes: exchange.responseBytes,
  requestHeaders: {
    "user-agent": ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"],
    ...(exchange.consumer === null ? {} : { authorization: [exchange.consumer] }),
    ...(exchange.model ? { [MODEL_HEADER]: [exchange.model] } : {}),
  },
});

const usageOf = (exchanges: readonly RawExchange[]): UsagePart[] => {
  const parts = new Map<string, { part: UsagePart; latency: Map<number, number> }>();
  for (const one of exchanges) {
    const windowStart = usageWindowStart(one.timeUs);
    const { tenant, service, template, method, status, model, consumer } = one;
    const key = [windowStart, tenant.id, service.name, template, method, status, model, consumer].join("\n");
    let held = parts.get(key);
    if (!held) {
      held = { part: emptyPart(one, windowStart), latency: new Map() };
      parts.set(key, held);
    }
    const { part, latency } = held;
    part.requests += 1;
    if (status === undefined || status >= 500) part.errors += 1;
    part.requestBytes += one.requestBytes;
    part.responseBytes += one.responseBytes;
    if (one.promptTokens !== undefined) add(part, PROMPT_HEADER, one.promptTokens);
    if (one.completionTokens !== undefined) add(part, COMPLETION_HEADER, one.completionTokens);
    const bucket = latencyBucket(one.durationUs);
    latency.set(bucket, (latency.get(bucket) ?? 0) + 1);
  }
  return [...parts.values()].map(({ part, latency }) => ({ ...part, latency: toHistogram(latency) }));
};

const add = (part: UsagePart, name: string, value: number): void => {
  part.measures ??= {};
  part.measures[name] = (part.measures[name] ?? 0) + value;
};

const emptyPart = (one: RawExchange, windowStart: number): UsagePart => ({
  ...{ windowStart, policy: one.policy, role: one.agent.role, service: one.service.name },
  ...{ tenant: one.tenant.id, template: one.template, method: one.method },
  ...(one.status === undefined ? {} : { status: one.status }),
  ...(one.model === undefined ? {} : { dimensions: { [MODEL_HEADER]: one.model } }),
  ...(one.consumer === null ? {} : { consumer: one.consumer }),
  ...{ requests: 0, errors: 0, requestBytes: 0, responseBytes: 0, latency: [] },
});
