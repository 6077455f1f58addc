import { FLOOR, type Floor } from "@masthead/shared/policy/floor";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { GenerationPlans } from "../govern/generation-plans.js";
import { compilePlan } from "../govern/policy-plan.js";
import { NativeError } from "./native-error.js";
import { BudgetPlaces } from "./policy-budgets.js";
import { activeValue, budgetRateValue, type ExecutableFile, type SeenFile, u32 } from "./policy-bytes.js";
import { type CompiledPolicies, compilePolicies } from "./policy-compile.js";
import { ExecutableItems, type FindExecutables, SeenExecutables, searchOnce } from "./policy-executables.js";
import { RuleIds } from "./policy-rule-ids.js";
import { PolicySlot, type SlotContents, type TableSession } from "./policy-slot.js";
import { ACTIVE_MAP, BUDGET_OF_HOST, TABLE_SLOTS } from "./table-layout.js";

/** Generations whose records can still be understood: the ring holds far fewer. */
export const GENERATIONS_HELD = 64;

export interface PolicyTablesOptions {
  session: TableSession;
  labels: Readonly<Record<string, string>>;
  /** the built-in floor with this host's own additions */
  floor?: Floor;
  /** true: no policy aggregates, whatever it says */
  sendsAll?: boolean;
  /** finds the files that a glob takes; the host's own file system by default */
  findExecutables?: FindExecutables;
}

/** What became of a policy set. After a failure the set before it is still in force, whole. */
export type ApplyResult =
  | { ok: true; revision: number; generation: number; warnings: string[] }
  | { ok: false; revision: number; error: string };

/**
 * Puts policy sets in force in the kernel, one generation each. A set is compiled and written to a slot that nobody reads,
 * then takes effect by one update of what is active (promise newest-revision-wins: whole, never half; never back).
 */
export class PolicyTables {
  /** the fleet's revision that is in force; 0: none, and nothing is captured */
  revision = 0;
  /** 0: none */
  generation = 0;
  private compiled: CompiledPolicies | undefined;
  /** in which `compiled` was first put in force */
  private setGeneration = 0;
  /** for the set in force */
  private find: FindExecutables;
  private readonly slots: PolicySlot[];
  private readonly executables = new SeenExecutables();
  private readonly ids = new RuleIds();
  private readonly budgets = new BudgetPlaces();
  private suspended: readonly ExecutableFile[] = [];
  private readonly plans = new Map<number, GenerationPlans>();
  private readonly floor: Floor;

  constructor(private readonly options: PolicyTablesOptions) {
    this.floor = options.floor ?? FLOOR;
    this.find = searchOnce(options.findExecutables);
    this.slots = Array.from({ length: TABLE_SLOTS }, (_, index) => new PolicySlot(options.session, index));
  }

  /** The policies under which a record was made; undefined when they are no longer held. */
  readonly plansOf = (generation: number): GenerationPlans | undefined => this.plans.get(generation);

  /** Puts a set in force, unless a newer one is already. Never throws: what failed is in the result. */
  apply(set: PolicySet): ApplyResult {
    const { revision } = set;
    if (revision < this.revision) {
      return { ok: false, revision, error: `revision ${this.revision} is in force, which is newer` };
    }
    try {
      const compiled = compilePolicies(set, this.options.labels, this.floor, this.options.sendsAll);
      this.install(compiled, searchOnce(this.options.findExecutables));
      const warnings = [...compiled.warnings, ...this.followArrivals(compiled)];
      return { ok: true, revision, generation: this.generation, warnings };
    } catch (error) {
      return { ok: false, revision, error: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * Tells the tables of an executable that a process runs, by the path it has in its own file system; named by a policy or
   * not, since the next set may name it.
   * @returns whether that changed what the set in force says of it
   * @throws NativeError when the table is full
   */
  addExecutable(file: SeenFile, path: string): boolean {
    this.executables.add({ ...file, path });
    const changed = this.slots.filter((slot) => slot.addExecutable(file, path));
    return changed.includes(this.activeSlot);
  }

  /** Whether the tables were told of an executable with this number by this path. */
  knows(file: SeenFile, path: string): boolean {
    return this.executables.has(file, path);
  }

  /** Whether some policy in force asks about this executable; undefined while none is in force. */
  asksAbout(file: ExecutableFile): boolean | undefined {
    return this.generation === 0 ? undefined : this.activeSlot.asksAbout(file);
  }

  /**
   * Puts the set in force again as a new generation. The kernel remembers for a generation whether a process is a target,
   * so this is how a process that made calls before its executable was added becomes one.
   * @throws NativeError with the generation before still in force
   */
  renew(): void {
    if (this.compiled !== undefined) this.install(this.compiled, this.find);
  }

  /** Whether some policy in force asks for timings. */
  get isTimed(): boolean {
    return Object.values(this.compiled?.rules.timings ?? {}).some((items) => items !== 0n);
  }

  /** Attached while a policy in force asks. Where it cannot be, the set is in force without it. @returns warnings */
  private followArrivals({ rules }: CompiledPolicies): string[] {
    try {
      this.options.session.followArrivals(rules.timings.arrival !== 0n);
      return [];
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return [`timings: arrival is not measured on this host: ${error.message}`];
    }
  }

  /**
   * Of these executables nothing is captured from now on, of all others what the policies ask.
   * @throws NativeError with what was before still in force
   */
  suspend(files: readonly ExecutableFile[]): void {
    const before = this.suspended;
    this.suspended = files;
    try {
      this.renew();
    } catch (error) {
      this.suspended = before;
      throw error;
    }
  }

  /** How many requests a second of this host are told in detail; beyond, just usage knows of them. Absent: all. */
  limitDetail(perSecond?: number): void {
    this.options.session.updateTable("budget_rates", u32(BUDGET_OF_HOST), budgetRateValue(perSecond));
  }

  private get activeSlot(): PolicySlot {
    return this.slots[this.generation % TABLE_SLOTS] as PolicySlot;
  }

  private install(compiled: CompiledPolicies, find: FindExecutables): void {
    const generation = this.generation + 1;
    const slot = this.slots[generation % TABLE_SLOTS] as PolicySlot;
    const setGeneration = compiled === this.compiled ? this.setGeneration : generation;
    const plans = this.plan(compiled, generation);
    try {
      this.setBudgets(compiled);
      this.fill(slot, { compiled, generation, setGeneration }, find);
      this.options.session.updateTable(ACTIVE_MAP, u32(0), activeValue(generation, slot.index));
    } catch (error) {
      slot.wipe();
      // An owner that both sets have has one bucket, whose rate is the new set's by now.
      if (this.compiled !== undefined) this.setRates(this.compiled);
      throw error;
    }
    this.hold(plans);
    this.generation = generation;
    this.setGeneration = setGeneration;
    this.revision = compiled.revision;
    this.compiled = compiled;
    this.find = find;
    // From here on no program run judges by the set before: `effective` is true when it is said.
    this.options.session.synchronize();
  }

  private setBudgets(compiled: CompiledPolicies): void {
    this.budgets.hold(compiled.budgets.rates.keys(), this.compiled?.budgets.rates.keys() ?? []);
    this.setRates(compiled);
  }

  private setRates({ budgets }: CompiledPolicies): void {
    for (const [owner, perSecond] of budgets.rates) {
      const place = u32(this.budgets.of(owner));
      this.options.session.updateTable("budget_rates", place, budgetRateValue(perSecond));
    }
  }

  /** @throws NativeError with the slot half filled */
  private fill(
    slot: PolicySlot,
    set: Pick<SlotContents, "compiled" | "generation" | "setGeneration">,
    find: FindExecutables,
  ): void {
    const contents: SlotContents = {
      ...set,
      ruleId: this.ids.of,
      executables: new ExecutableItems(set.compiled.items, this.executables, find),
      budgetPlace: this.budgets.of,
      suspended: this.suspended,
    };
    slot.wipe();
    try {
      slot.fill(contents);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.makeRoom();
      slot.fill(contents);
    }
  }

  /** Slots of sets that are no longer in force: responses to their last requests come without headers. */
  private makeRoom(): void {
    for (const slot of this.slots) if (this.generation === 0 || slot !== this.activeSlot) slot.wipe();
  }

  private plan(compiled: CompiledPolicies, generation: number): GenerationPlans {
    const ordered = compiled.policies.map(({ policy, items }) => ({
      plan: compilePlan(policy, this.ids.of),
      items,
    }));
    const readsHost = compiled.rules.headers.some(({ name }) => name === "host");
    const measures = compiled.aggregation.measures.map(({ name, direction }) => ({
      direction,
      rule: this.ids.of(name),
    }));
    return new GenerationPlans(generation, ordered, readsHost ? this.ids.of("host") : undefined, measures);
  }

  private hold(plans: GenerationPlans): void {
    this.plans.set(plans.generation, plans);
    const [oldest] = this.plans.keys();
    if (this.plans.size > GENERATIONS_HELD && oldest !== undefined) this.plans.delete(oldest);
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof NativeError && ["E2BIG", "ENOMEM", "ENOSPC"].includes(error.code);
