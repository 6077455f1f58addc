import { createHash } from "node:crypto";
import { UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import { Random, zipf } from "./random.js";

/** Names that have to be quoted somewhere on their way: by SQL, CSV, JSON, an address or COPY. */
const AWKWARD_TENANTS = ["a/b c", "ö-müller", '=cmd("x")', "tab\there", "back\\slash", "per%20cent&more"];

const KEY_ID = "5eed0001";
export const MODEL_HEADER = "x-model-id";
export const PROMPT_HEADER = "x-prompt-tokens";
export const COMPLETION_HEADER = "x-completion-tokens";

export const MODELS = ["large-2", "small-2", "large-1", "vision", "embed", "code", 'odd "model", 7', "tiny"];

export interface Endpoint {
  template: string;
  methods: readonly string[];
  /** microseconds */
  medianUs: number;
}
export interface Service {
  name: string;
  policy: number;
  endpoints: readonly Endpoint[];
}
export interface Policy {
  name: string;
  report: boolean;
  /** its dimension is the model, its measures are tokens */
  ai: boolean;
  /** share of exchanges that are kept one by one */
  kept: number;
}
export interface Tenant {
  id: string;
  consumers: readonly string[];
  /** cumulated */
  consumerWeights: readonly number[];
  errorShare: number;
}
export interface Agent {
  id: string;
  host: string;
  services: readonly Service[];
  role: "server" | "client";
  /** share of all traffic */
  weight: number;
  /** when its day has its peak, hours of UTC */
  peakHour: number;
}

/** Whose traffic it is: the same for the same seed. */
export interface Population {
  policies: readonly Policy[];
  tenants: readonly Tenant[];
  /** cumulated */
  tenantWeights: readonly number[];
  agents: readonly Agent[];
}

const POLICIES: readonly Policy[] = [
  { name: "gateway", report: true, ai: false, kept: 1 },
  { name: "ai-gateway", report: true, ai: true, kept: 1 },
  { name: "search", report: true, ai: false, kept: 0.2 },
  { name: "internal", report: false, ai: false, kept: 1 },
];
const NOUNS = ["orders", "users", "files", "chats", "events", "jobs", "keys", "notes", "items", "runs"];

const fingerprintOf = (name: string): string =>
  `fp:${KEY_ID}:${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;

const serviceOf = (seed: number, place: number): Service => {
  const random = new Random(seed, "service", place);
  const policy = place % POLICIES.length;
  const endpoints = Array.from({ length: random.whole(3, 10) }, (_, i): Endpoint => {
    const noun = NOUNS[(place + i) % NOUNS.length];
    const template =
      i % 3 === 0 ? `/v1/${noun}` : i % 3 === 1 ? `/v1/${noun}/{id}` : `/v2/${noun}/{id}/parts`;
    return {
      template,
      methods: random.pick([["GET"], ["POST"], ["GET", "POST"], ["GET", "PUT", "DELETE"]]),
      medianUs: random.logUniform(800, POLICIES[policy]?.ai ? 4_000_000 : 200_000),
    };
  });
  return { name: place % 5 === 4 ? `svc ${place}, old` : `svc-${place}.service`, policy, endpoints };
};

const tenantOf = (seed: number, place: number, id: string): Tenant => {
  const random = new Random(seed, "tenant", place);
  const count = Math.max(1, Math.round(300 / (place + 1) + random.whole(0, 3)));
  return {
    id,
    consumers: Array.from({ length: count }, (_, i) => fingerprintOf(`${seed} ${id} ${i}`)),
    consumerWeights: zipf(count, 1.3),
    errorShare: random.logUniform(0.001, 0.1),
  };
};

/** @param counts how many there are of each */
export const populationOf = (seed: number, counts: { tenants: number; agents: number }): Population => {
  const services = Array.from({ length: 12 }, (_, i) => serviceOf(seed, i));
  const ids = Array.from({ length: counts.tenants }, (_, i) =>
    i === 3 ? UNATTRIBUTED_TENANT : (AWKWARD_TENANTS[(i - 5) / 2] ?? `tenant-${String(i).padStart(3, "0")}`),
  );
  const weights = zipf(counts.agents, 0.8);
  const agents = Array.from({ length: counts.agents }, (_, i): Agent => {
    const random = new Random(seed, "agent", i);
    const role = i % 6 === 5 ? "client" : "server";
    const own = role === "client" ? services : services.filter((_, at) => (at + i) % 4 === 0);
    const weight = ((weights[i] ?? 0) - (weights[i - 1] ?? 0)) / (weights.at(-1) ?? 1);
    return {
      ...{ id: `agent-${i}`, host: `host-${i}.example`, services: own, role, weight },
      peakHour: random.whole(0, 23),
    };
  });
  return {
    policies: POLICIES,
    tenants: ids.map((id, place) => tenantOf(seed, place, id)),
    tenantWeights: zipf(counts.tenants, 1.1),
    agents,
  };
};
