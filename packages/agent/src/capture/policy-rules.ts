import { SCHEME_HEADERS } from "@masthead/shared/policy/auth-schemes";
import type { Floor } from "@masthead/shared/policy/floor";
import type { HeaderAction, Timing } from "@masthead/shared/policy/schema";
import { headerAsks } from "./policy-asks.js";
import { type AppliedPolicy, PolicySetError } from "./policy-selection.js";

/** Masks over target items, by action. */
export type ActionItems = Record<HeaderAction, bigint>;

/** Those of them that ask for the sake of usage. */
export type UsageItems = Record<"keep" | "fingerprint", bigint>;

/** What the kernel is told of one header name. */
export interface HeaderRule {
  name: string;
  request: ActionItems;
  response: ActionItems;
  usage: { request: UsageItems; response: UsageItems };
  /** bytes of a kept value, the most that any policy asks */
  keepLength: number;
  hasScheme: boolean;
  /** on the floor: the kernel refuses to keep it, whatever the masks say */
  floor: boolean;
}

export interface KernelRules {
  headers: HeaderRule[];
  query: { name: string; keep: bigint }[];
  /** items that want the names of query parameters, and those that keep some */
  queryNames: bigint;
  queryKeep: bigint;
  /** items that want each */
  timings: Record<Timing, bigint>;
}

/** A policy, and the items under which it is to be heard. */
export interface HeardPolicy {
  policy: AppliedPolicy;
  items: bigint;
}

/**
 * The union of what policies ask, by header and item.
 * @throws PolicySetError when a header of the floor would be kept: a third line of defence that nothing reaches
 */
export function unionRules(heard: readonly HeardPolicy[], floor: Floor): KernelRules {
  const headers = new Map<string, HeaderRule>();
  const query = new Map<string, bigint>();
  let queryNames = 0n;
  let queryKeep = 0n;
  const timings: KernelRules["timings"] = { arrival: 0n, network: 0n, cpu: 0n };
  for (const { policy, items } of heard) {
    if (items === 0n) continue;
    for (const ask of headerAsks(policy)) {
      const rule = headers.get(ask.name) ?? emptyRule(ask.name, floor);
      if (rule.floor && ask.action === "keep") {
        throw new PolicySetError(
          `policy ${policy.name}: ${ask.name} is a credential header and is never kept`,
        );
      }
      rule[ask.direction][ask.action] |= items;
      if (ask.usage && (ask.action === "keep" || ask.action === "fingerprint"))
        rule.usage[ask.direction][ask.action] |= items;
      rule.keepLength = Math.max(rule.keepLength, ask.length);
      headers.set(ask.name, rule);
    }
    for (const timing of policy.spec.timings ?? []) timings[timing] |= items;
    const { action, keep } = policy.spec.query;
    if (action === "names") queryNames |= items;
    if (action !== "drop" && keep.length > 0) queryKeep |= items;
    for (const name of keep) {
      if (floor.hasQueryParameter(name)) {
        throw new PolicySetError(`policy ${policy.name}: query parameter ${name} is never kept`);
      }
      query.set(name, (query.get(name) ?? 0n) | items);
    }
  }
  return {
    headers: [...headers.values()],
    query: [...query].map(([name, keep]) => ({ name, keep })),
    queryNames,
    queryKeep,
    timings,
  };
}

const noItems = (): ActionItems => ({ keep: 0n, mask: 0n, fingerprint: 0n, presence: 0n });

const noUsage = (): UsageItems => ({ keep: 0n, fingerprint: 0n });

const emptyRule = (name: string, floor: Floor): HeaderRule => ({
  name,
  request: noItems(),
  response: noItems(),
  usage: { request: noUsage(), response: noUsage() },
  keepLength: 0,
  hasScheme: SCHEME_HEADERS.has(name),
  floor: floor.hasHeader(name),
});
