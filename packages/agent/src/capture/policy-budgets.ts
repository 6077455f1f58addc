import type { HeardPolicy } from "./policy-rules.js";
import { takesAll } from "./policy-selection.js";
import { BUDGET_OF_HOST, BUDGETS, TABLE_ITEMS } from "./table-layout.js";

/** What the kernel is told of the policies' budgets. */
export interface PolicyBudgets {
  /** items under which a policy without a budget may govern */
  unbudgeted: bigint;
  /** items of whose first policy nothing is left to later ones */
  stops: bigint;
  /** by item, where it is not unbudgeted: whose budget it is */
  owners: (string | undefined)[];
  /** detailed records a second, by owner */
  rates: Map<string, number>;
}

const ALL_ITEMS = (1n << BigInt(TABLE_ITEMS)) - 1n;

/**
 * The kernel does not know which policy will govern, only the items: so a budget belongs to all policies that may govern under
 * an item, and is the sum of theirs; there is none where one of them has none.
 * @param heard first whoever governs first, with the items under which it may govern
 */
export function policyBudgets(heard: readonly HeardPolicy[]): PolicyBudgets {
  const budgets: PolicyBudgets = { unbudgeted: ALL_ITEMS, stops: 0n, owners: [], rates: new Map() };
  for (let item = 0; item < TABLE_ITEMS; item += 1) {
    const bit = 1n << BigInt(item);
    const governing = heard.filter(({ items }) => (items & bit) !== 0n).map(({ policy }) => policy);
    const [first] = governing;
    if (first === undefined) continue;
    if (takesAll(first)) budgets.stops |= bit;
    const rates = governing.map(({ spec }) => spec.budget?.recordsPerSecond);
    if (rates.some((rate) => rate === undefined)) continue;
    const owner = governing.map(({ name }) => name).join(" ");
    budgets.unbudgeted &= ~bit;
    budgets.owners[item] = owner;
    budgets.rates.set(
      owner,
      rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0),
    );
  }
  return budgets;
}

/** Where each owner's bucket is in the kernel: the same place as long as it is in force, so that new tables fill no bucket. */
export class BudgetPlaces {
  private readonly places = new Map<string, number>();

  /**
   * Gives the owners of a set their places; those of the set before keep theirs. Two sets have at most 128 owners.
   * @param inForce owners of the set that the kernel judges by until the new one is active
   */
  hold(owners: Iterable<string>, inForce: Iterable<string>): void {
    const wanted = new Set(owners);
    const kept = new Set([...wanted, ...inForce]);
    for (const owner of this.places.keys()) if (!kept.has(owner)) this.places.delete(owner);
    const taken = new Set(this.places.values());
    let place = BUDGET_OF_HOST;
    for (const owner of wanted) {
      if (this.places.has(owner)) continue;
      do place += 1;
      while (taken.has(place) && place < BUDGETS - 1);
      this.places.set(owner, place);
    }
  }

  readonly of = (owner: string): number => this.places.get(owner) ?? BUDGET_OF_HOST;
}
