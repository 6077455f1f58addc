import { AGGREGATE_SLOT } from "../aggregate/series-layout.js";
import { aggregateSlotValue, aggregateUseKey, aggregateUseValue } from "./aggregation-bytes.js";
import type { CaptureSession } from "./native-session.js";
import {
  bitKey,
  type ExecutableFile,
  executableKey,
  fileKey,
  headerRuleValue,
  itemsValue,
  nameBitIndex,
  nameKey,
  ofThisFile,
  portKey,
  ruleByBitValue,
  type SeenFile,
  slotValue,
  u32,
} from "./policy-bytes.js";
import type { CompiledPolicies } from "./policy-compile.js";
import type { ExecutableItems } from "./policy-executables.js";
import type { HeaderRule } from "./policy-rules.js";
import { RULE_BY_BIT, SLOT_CONFIG } from "./table-layout.js";

/** What writing policy tables asks of a session. */
export type TableSession = Pick<
  CaptureSession,
  "updateTable" | "deleteFromTable" | "synchronize" | "followArrivals"
>;

export interface SlotContents {
  compiled: CompiledPolicies;
  generation: number;
  /** in which its policies were first put in force */
  setGeneration: number;
  ruleId: (name: string) => number;
  executables: ExecutableItems;
  /** where an owner's budget is in `budget_rates` */
  budgetPlace: (owner: string) => number;
  /** of these nothing is captured for now */
  suspended: readonly ExecutableFile[];
}

/** One slot of the kernel's policy tables, and what was written into it, so that it can be taken out again. */
export class PolicySlot {
  /** `empty`: of an array, which has no entry less */
  private written: { map: string; key: Uint8Array; empty?: Uint8Array }[] = [];
  private executables: ExecutableItems | undefined;
  /** executables that the slot names, by device and inode, with the items that do */
  private readonly named = new Map<string, { file: SeenFile; items: bigint }>();
  private asksOfAll = false;

  constructor(
    private readonly session: TableSession,
    readonly index: number,
  ) {}

  /** Fills the slot, which nobody reads yet. @throws NativeError with the slot half full; {@link wipe} it then */
  fill(contents: SlotContents): void {
    const { compiled, generation, setGeneration, ruleId, executables, budgetPlace, suspended } = contents;
    for (const use of compiled.aggregation.uses) {
      this.put(
        "aggregate_uses",
        aggregateUseKey(this.index, ruleId(use.name), use.direction),
        aggregateUseValue(use),
      );
    }
    this.session.updateTable("aggregate_slots", u32(this.index), aggregateSlotValue(compiled.aggregation));
    this.putRules(compiled.rules.headers, ruleId);
    for (const { name, keep } of compiled.rules.query) {
      this.put("query_rules", nameKey(this.index, name), itemsValue(keep));
    }
    for (const [port, items] of portItems(compiled)) {
      this.put("port_items", portKey(this.index, port), itemsValue(items));
    }
    this.executables = executables;
    for (const { file, items } of executables.known()) this.putExecutable(file, items);
    for (const file of suspended) {
      this.put("suspended_executables", executableKey(this.index, file), Uint8Array.of(1));
    }
    const state = { generation, setGeneration, budgetPlace, suspended: suspended.length };
    this.session.updateTable("slots", u32(this.index), slotValue(compiled, state));
    this.asksOfAll = compiled.items.some(({ executable }) => executable === undefined);
  }

  /** Whether some item holds for this executable, as the kernel judges it. */
  asksAbout(file: ExecutableFile): boolean {
    return this.asksOfAll || this.named.has(fileKey(file));
  }

  /**
   * Tells the slot of an executable that it may not know, by one of its names. One whose number another file had is judged by this name alone.
   * @returns whether the kernel judges it in another way from now on
   */
  addExecutable(file: SeenFile, path: string): boolean {
    const known = this.named.get(fileKey(file));
    const same = ofThisFile(known, file);
    const items = (same?.items ?? 0n) | (this.executables?.of(path) ?? 0n);
    if (items === (known?.items ?? 0n)) return false;
    if (items !== 0n) this.putExecutable({ ...same?.file, ...file }, items);
    else this.takeOutExecutable(file);
    return true;
  }

  /** Empties the slot. An entry that is gone already is no error; one that cannot be taken out stays for the next time. */
  wipe(): void {
    this.executables = undefined;
    this.asksOfAll = false;
    this.named.clear();
    this.session.updateTable("slots", u32(this.index), Buffer.alloc(SLOT_CONFIG.bytes));
    this.session.updateTable("aggregate_slots", u32(this.index), Buffer.alloc(AGGREGATE_SLOT.bytes));
    if (this.written.length === 0) return;
    // A run that began before may judge by what is here, which is about to be another rule's.
    this.session.synchronize();
    for (let entry = this.written.at(-1); entry !== undefined; entry = this.written.at(-1)) {
      if (entry.empty) this.session.updateTable(entry.map, entry.key, entry.empty);
      else this.session.deleteFromTable(entry.map, entry.key);
      this.written.pop();
    }
  }

  /** Of several with one bit, the first is found by it. */
  private putRules(rules: readonly HeaderRule[], ruleId: (name: string) => number): void {
    const bits = new Set<number>();
    for (const rule of rules) {
      const { name } = rule;
      const value = headerRuleValue(rule, ruleId(name));
      this.put("header_rules", nameKey(this.index, name), value);
      const bit = nameBitIndex(name);
      if (bits.has(bit)) continue;
      bits.add(bit);
      const empty = Buffer.alloc(RULE_BY_BIT.bytes);
      this.put("rules_by_bit", bitKey(this.index, bit), ruleByBitValue(name, value), empty);
    }
  }

  private putExecutable(file: SeenFile, items: bigint): void {
    this.put("executable_items", executableKey(this.index, file), itemsValue(items));
    this.named.set(fileKey(file), { file, items });
  }

  private takeOutExecutable(file: ExecutableFile): void {
    this.session.deleteFromTable("executable_items", executableKey(this.index, file));
    this.named.delete(fileKey(file));
  }

  private put(map: string, key: Uint8Array, value: Uint8Array, empty?: Uint8Array): void {
    this.session.updateTable(map, key, value);
    this.written.push({ map, key, ...(empty && { empty }) });
  }
}

function portItems({ items }: CompiledPolicies): Map<number, bigint> {
  const ports = new Map<number, bigint>();
  items.forEach(({ port }, place) => {
    if (port !== undefined) ports.set(port, (ports.get(port) ?? 0n) | (1n << BigInt(place)));
  });
  return ports;
}
