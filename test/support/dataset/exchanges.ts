import type { Agent, Endpoint, Policy, Population, Service, Tenant } from "./population.js";
import { MODELS } from "./population.js";
import { Random, zipf } from "./random.js";
import type { Slot } from "./schedule.js";

/** One exchange as it was, before anything is sampled or added up. */
export interface RawExchange {
  timeUs: number;
  durationUs: number;
  agent: Agent;
  service: Service;
  policy: number;
  tenant: Tenant;
  template: string;
  path: string;
  method: string;
  status: number | undefined;
  /** absent: its policy has no such dimension; null: the header was not there */
  model?: string | null;
  consumer: string | null;
  requestBytes: number;
  responseBytes: number;
  promptTokens?: number;
  completionTokens?: number;
  /** kept one by one; else only counted */
  kept: boolean;
}

const QUARTER_US = 900_000_000;
const LONGEST_RUN = 400;
const MODEL_WEIGHTS = zipf(MODELS.length, 1.2);
const STATUSES = [200, 201, 204, 304, 400, 401, 404, 429] as const;
const STATUS_WEIGHTS = [80, 84, 88, 90, 91.5, 93, 98, 100];

/** Who calls what, for a while: what a job or a user does. */
interface Run {
  service: Service;
  tenant: Tenant;
  endpoint: Endpoint;
  method: string;
  consumer: string | null;
  model: string | null;
  gapUs: number;
}

/** The exchanges of a batch, in the order in which they ended. */
export const exchangesOf = (seed: number, population: Population, slot: Slot): RawExchange[] => {
  const random = new Random(seed, "batch", slot.agent.id, slot.epoch, slot.seq);
  const exchanges: RawExchange[] = [];
  while (exchanges.length < slot.exchanges) {
    const run = runOf(population, slot.agent, random);
    const length = Math.min(
      LONGEST_RUN,
      Math.floor(random.pareto(1, 0.9)),
      slot.exchanges - exchanges.length,
    );
    let timeUs = startOf(slot, random);
    for (let i = 0; i < length; i++) {
      exchanges.push(exchangeOf(population, slot.agent, run, timeUs, random));
      timeUs += Math.floor(-Math.log(1 - random.unit()) * run.gapUs);
      if (timeUs >= slot.toUs) break;
    }
  }
  return exchanges.sort((a, b) => a.timeUs - b.timeUs);
};

/** Now and then right at the edge of a quarter-hour, or one microsecond before. */
const startOf = ({ fromUs, toUs }: Slot, random: Random): number => {
  const timeUs = random.whole(fromUs, toUs - 1);
  if (!random.chance(0.05)) return timeUs;
  const edge = Math.ceil(timeUs / QUARTER_US) * QUARTER_US - random.whole(0, 1);
  return edge < toUs ? edge : timeUs;
};

const runOf = (population: Population, agent: Agent, random: Random): Run => {
  const tenant = population.tenants[random.weighted(population.tenantWeights)] as Tenant;
  const place = Math.floor(random.unit() ** 2 * agent.services.length);
  const service = agent.services[place] as Service;
  const endpoint = service.endpoints[Math.floor(random.unit() ** 2 * service.endpoints.length)] as Endpoint;
  return {
    ...{ service, tenant, endpoint },
    method: random.pick(endpoint.methods),
    consumer: random.chance(0.06)
      ? null
      : (tenant.consumers[random.weighted(tenant.consumerWeights)] as string),
    model: random.chance(0.03) ? null : (MODELS[random.weighted(MODEL_WEIGHTS)] as string),
    gapUs: random.logUniform(50_000, 20_000_000),
  };
};

const exchangeOf = (
  population: Population,
  agent: Agent,
  run: Run,
  timeUs: number,
  random: Random,
): RawExchange => {
  const { service, tenant, endpoint, method, consumer } = run;
  const policy = population.policies[service.policy] as Policy;
  const status = statusOf(tenant, random);
  const isError = status === undefined || status >= 500;
  return {
    ...{ timeUs, agent, service, policy: service.policy, tenant, method, status, consumer },
    durationUs: durationOf(endpoint, random),
    template: endpoint.template,
    path: endpoint.template.replace("{id}", String(random.whole(1, 1e6))),
    ...(policy.ai ? { model: run.model } : {}),
    requestBytes: Math.floor(random.pareto(200, 1.5)),
    responseBytes: status === undefined ? 0 : Math.floor(random.pareto(300, 0.9)) % 1e12,
    ...(policy.ai && status === 200
      ? {
          promptTokens: Math.ceil(random.logNormal(800, 1.3)),
          completionTokens: Math.ceil(random.logNormal(200, 1)),
        }
      : {}),
    kept: isError || policy.kept === 1 || random.chance(policy.kept),
  };
};

const statusOf = (tenant: Tenant, random: Random): number | undefined => {
  if (!random.chance(tenant.errorShare)) return STATUSES[random.weighted(STATUS_WEIGHTS)];
  return random.chance(0.2) ? undefined : random.pick([500, 502, 503, 504]);
};

const durationOf = ({ medianUs }: Endpoint, random: Random): number => {
  const kind = random.unit();
  if (kind < 0.001) return 0;
  if (kind < 0.02) return Math.floor(Math.min(3_600_000_000, random.pareto(medianUs, 0.8)));
  return Math.floor(random.logNormal(medianUs, 0.8));
};
