import {
  compileHostCapture,
  compileHostGlob,
  compilePathGlob,
  type Matcher,
} from "@masthead/shared/policy/match";
import type { AppliedPolicy } from "../capture/policy-selection.js";
import { ElementAction, RecordTiming } from "../decode/record-enums.js";
import type { GoverningPolicy } from "../exchange.js";
import { type ClientAddress, compileClientAddress } from "./client-address.js";
import { compileQueryFilter, type QueryFilter } from "./query-filter.js";

/** What one policy does with one header of one direction. */
export interface HeaderUse {
  readonly name: string;
  /** of ElementAction: how it shows on exchanges; 0: not */
  show: number;
  /** bytes that are shown of a kept value */
  maxLength: number;
  /** place in the policy's tenant rules, by value and by fingerprint; NONE: not there */
  tenantValue: number;
  tenantFingerprint: number;
  /** place among the credentials that name the consumer; NONE: not there */
  consumer: number;
  dimension: boolean;
  measure: boolean;
  /** read for `client.address` */
  forwarding: boolean;
}

/** Rank of what no tenant rule names. */
export const NONE = 0x7fff;

/** Header uses by rule id; a hole is a header that this policy does not ask for. */
export type HeaderUses = (HeaderUse | undefined)[];

/** A policy of one generation, prepared so that an exchange costs as little as can be. */
export interface PolicyPlan {
  readonly policy: GoverningPolicy;
  readonly request: HeaderUses;
  readonly response: HeaderUses;
  readonly query: QueryFilter;
  readonly dimensions: readonly string[];
  /** null: `client.address` is the peer's */
  readonly clientAddress: ClientAddress | null;
  /** of RecordTiming: what is measured of its exchanges */
  readonly timings: number;
  readonly tenantHosts: readonly { rank: number; capture: (host: string) => string | null }[];
  /** absent: every one */
  readonly roles?: ReadonlySet<string>;
  readonly methods?: ReadonlySet<string>;
  readonly hosts?: readonly Matcher[];
  readonly paths?: readonly Matcher[];
}

const ACTIONS = {
  keep: ElementAction.ELEMENT_KEEP,
  mask: ElementAction.ELEMENT_MASK,
  fingerprint: ElementAction.ELEMENT_FINGERPRINT,
  presence: ElementAction.ELEMENT_PRESENCE,
} as const;

const TIMINGS = {
  arrival: RecordTiming.TIMING_ARRIVAL,
  network: RecordTiming.TIMING_NETWORK,
  cpu: RecordTiming.TIMING_CPU,
} as const;

/** @param ruleId the id under which the kernel sends a header's elements */
export function compilePlan(applied: AppliedPolicy, ruleId: (name: string) => number): PolicyPlan {
  const { spec } = applied;
  const uses = { request: [] as HeaderUses, response: [] as HeaderUses };
  const use = (direction: "request" | "response", name: string): HeaderUse => {
    const id = ruleId(name);
    const known = uses[direction][id];
    if (known !== undefined) return known;
    const made = { name, show: 0, maxLength: 0, ...NO_PURPOSE };
    uses[direction][id] = made;
    return made;
  };
  for (const direction of ["request", "response"] as const) {
    for (const rule of spec.headers[direction]) {
      const of = use(direction, rule.name);
      of.show = ACTIONS[rule.action];
      if (rule.action === "keep") of.maxLength = rule.maxLength;
    }
  }
  spec.tenant.forEach((rule, rank) => {
    if (rule.header !== undefined) use("request", rule.header).tenantValue = rank;
    if (rule.fingerprint !== undefined) use("request", rule.fingerprint).tenantFingerprint = rank;
  });
  credentialsOf(spec).forEach((name, rank) => {
    use("request", name).consumer = rank;
  });
  for (const name of spec.dimensions) use("request", name).dimension = true;
  for (const measure of spec.measures) use(measure.from, measure.header).measure = true;
  if (spec.clientAddress !== undefined) use("request", spec.clientAddress.header).forwarding = true;
  const { exchanges, maxPerSecond, always } = spec.sampling;
  return {
    policy: {
      name: applied.name,
      revision: applied.revision,
      report: spec.report,
      ...(spec.budget && { recordsPerSecond: spec.budget.recordsPerSecond }),
      ...(spec.aggregate && { aggregate: true as const }),
      sampling: { exchanges, always, ...(maxPerSecond === undefined ? {} : { maxPerSecond }) },
    },
    ...uses,
    query: compileQueryFilter(spec.query),
    dimensions: spec.dimensions,
    clientAddress: spec.clientAddress === undefined ? null : compileClientAddress(spec.clientAddress),
    timings: (spec.timings ?? []).reduce((bits, timing) => bits | TIMINGS[timing], 0),
    tenantHosts: spec.tenant.flatMap(({ host }, rank) =>
      host === undefined ? [] : [{ rank, capture: compileHostCapture(host) }],
    ),
    ...(spec.match?.roles && { roles: new Set(spec.match.roles) }),
    ...(spec.match?.methods && { methods: new Set(spec.match.methods) }),
    ...(spec.match?.hosts && { hosts: spec.match.hosts.map(compileHostGlob) }),
    ...(spec.match?.paths && { paths: spec.match.paths.map(compilePathGlob) }),
  };
}

/** Headers whose fingerprint names the consumer, the first first: those of `tenant`, then the request's header rules. */
const credentialsOf = ({ tenant, headers }: AppliedPolicy["spec"]): string[] => {
  const named = [
    ...tenant.flatMap(({ fingerprint }) => fingerprint ?? []),
    ...headers.request.flatMap(({ name, action }) => (action === "fingerprint" ? name : [])),
  ];
  return [...new Set(named)];
};

const NO_PURPOSE = {
  tenantValue: NONE,
  tenantFingerprint: NONE,
  consumer: NONE,
  dimension: false,
  measure: false,
  forwarding: false,
};
