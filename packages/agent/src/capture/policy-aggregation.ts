import { asksForIds } from "../aggregate/path-folding.js";
import { AGGREGATE_MEASURES } from "../aggregate/series-layout.js";
import { headerAsks } from "./policy-asks.js";
import type { HeardPolicy } from "./policy-rules.js";
import type { AppliedPolicy } from "./policy-selection.js";

type Direction = "request" | "response";

/** What usage makes of the elements of one header. */
export interface AggregateUse {
  name: string;
  direction: Direction;
  /** actions whose elements tell series apart */
  names: ("keep" | "fingerprint")[];
  /** place of its sum, from 1; 0: it is not summed */
  measure: number;
}

/** Which exchanges the kernel counts, and by what. */
export interface Aggregation {
  /** items under which every policy that may govern aggregates */
  items: bigint;
  /** items under which `match` asks for more of a path than what is left of it when its ids are folded */
  wholePaths: bigint;
  uses: AggregateUse[];
  /** headers that are summed, by place */
  measures: { name: string; direction: Direction }[];
  warnings: string[];
}

/**
 * An item is counted under where all policies aggregate that may govern there: host, path and method are not looked at in
 * the kernel, so it could not tell an exchange of one that does from an exchange of one that does not.
 * @param heard first whoever governs first, with the items under which it may govern
 */
export function aggregationOf(heard: readonly HeardPolicy[]): Aggregation {
  const aggregation: Aggregation = {
    items: 0n,
    wholePaths: 0n,
    uses: [],
    measures: [],
    warnings: [],
  };
  const counting = heard.filter(({ policy, items }) => policy.spec.aggregate === true && items !== 0n);
  if (counting.length === 0) return aggregation;
  const uses = new UseTable(aggregation);
  const fitting = counting.filter(({ policy }) => uses.add(policy, aggregation.warnings));
  const counted = fitting.reduce((mask, { items }) => mask | items, 0n);
  const others = heard.filter((each) => !fitting.includes(each));
  const told = others.reduce((mask, { items }) => mask | items, 0n);
  aggregation.items = counted & ~told;
  for (const { policy, items } of fitting)
    if (policy.spec.match?.paths?.some(asksForIds)) aggregation.wholePaths |= items;
  for (const { policy, items } of fitting) {
    if ((items & ~aggregation.items) === 0n) continue;
    const rivals = others.filter((other) => (other.items & items) !== 0n).map((other) => other.policy.name);
    aggregation.warnings.push(
      `policy ${policy.name}: its exchanges are sent by the kernel and counted by the agent, since ${rivals.join(", ")} may govern the same targets and does not aggregate`,
    );
  }
  return aggregation;
}

class UseTable {
  constructor(private readonly into: Pick<Aggregation, "uses" | "measures">) {}

  /** @returns false where its measures find no place, and its exchanges have to be sent */
  add(policy: AppliedPolicy, warnings: string[]): boolean {
    const { measures } = policy.spec;
    const placed = new Set(this.into.measures.map(({ name, direction }) => `${direction} ${name}`));
    const fresh = measures.filter(({ header, from }) => !placed.has(`${from} ${header}`));
    if (this.into.measures.length + fresh.length > AGGREGATE_MEASURES) {
      warnings.push(
        `policy ${policy.name}: its exchanges are sent by the kernel and counted by the agent, since the kernel sums at most ${AGGREGATE_MEASURES} headers and aggregating policies measure more`,
      );
      return false;
    }
    for (const { header, from } of fresh) {
      this.into.measures.push({ name: header, direction: from });
      this.use(from, header).measure = this.into.measures.length;
    }
    for (const { direction, name, action } of namingAsks(policy)) {
      const { names } = this.use(direction, name);
      if ((action === "keep" || action === "fingerprint") && !names.includes(action)) names.push(action);
    }
    return true;
  }

  private use(direction: Direction, name: string): AggregateUse {
    const known = this.into.uses.find((each) => each.name === name && each.direction === direction);
    if (known !== undefined) return known;
    const made: AggregateUse = { name, direction, names: [], measure: 0 };
    this.into.uses.push(made);
    return made;
  }
}

/** What is read for tenant, dimensions and `match`: an aggregating policy asks for nothing else but measures. */
const namingAsks = (policy: AppliedPolicy) =>
  headerAsks({ ...policy, spec: { ...policy.spec, measures: [], headers: { request: [], response: [] } } });
