import type { Timing } from "@masthead/shared/policy/schema";
import type { CompiledPolicies } from "./policy-compile.js";
import type { ActionItems, HeaderRule, UsageItems } from "./policy-rules.js";
import {
  ACTION_ITEMS,
  ACTIVE_TABLES,
  BUDGET_RATE,
  EXECUTABLE_KEY,
  HEADER_KEY,
  HEADER_RULE,
  NAME_BITS,
  NAME_MAX_BYTES,
  PORT_KEY,
  RULE_BY_BIT,
  SLOT_CONFIG,
  USAGE_ITEMS,
} from "./table-layout.js";

/** Keys and values of the kernel's policy tables, as bytes. */

/** An executable as the kernel knows it: `device` is major << 20 | minor. */
export interface ExecutableFile {
  device: number;
  inode: number;
}

/** One that was seen: a number of an inode goes to another file when its own is gone. */
export interface SeenFile extends ExecutableFile {
  /** when the file was made, Unix time in nanoseconds, by its file system; absent: not known */
  bornNs?: bigint;
}

/** Whether two with one number are two files. Where one's birth is not known they are taken for one. */
const isAnotherFile = (one: SeenFile, other: SeenFile): boolean =>
  one.bornNs !== undefined && other.bornNs !== undefined && one.bornNs !== other.bornNs;

/** What is known of a file, by its number, unless that was of another one. */
export const ofThisFile = <Known extends { readonly file: SeenFile }>(
  known: Known | undefined,
  file: SeenFile,
): Known | undefined => (known === undefined || isAnotherFile(known.file, file) ? undefined : known);

/** What tells an executable from the others of its time, as a key of maps. */
export const fileKey = ({ device, inode }: ExecutableFile): string => `${device}:${inode}`;

export function activeValue(generation: number, slot: number): Uint8Array {
  const value = Buffer.alloc(ACTIVE_TABLES.bytes);
  value.writeUInt32LE(generation, ACTIVE_TABLES.generation);
  value.writeUInt32LE(slot, ACTIVE_TABLES.slot);
  return value;
}

/** A key or a value of four bytes. */
export function u32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

/** What of a slot's entry the policies do not say by themselves. */
export interface SlotState {
  generation: number;
  /** in which its policies were first put in force */
  setGeneration: number;
  /** where an owner's budget is in `budget_rates` */
  budgetPlace: (owner: string) => number;
  /** executables of which nothing is captured for now */
  suspended: number;
}

export function slotValue(compiled: CompiledPolicies, state: SlotState): Uint8Array {
  const { items, rules, budgets } = compiled;
  const holding = (holds: (item: (typeof items)[number]) => boolean): bigint =>
    items.reduce((mask, item, place) => (holds(item) ? mask | (1n << BigInt(place)) : mask), 0n);
  const value = Buffer.alloc(SLOT_CONFIG.bytes);
  value.writeUInt32LE(state.generation, SLOT_CONFIG.generation);
  value.writeUInt32LE(state.suspended, SLOT_CONFIG.suspended);
  value.writeUInt32LE(state.setGeneration, SLOT_CONFIG.set);
  value.writeBigUInt64LE(
    holding((item) => item.executable === undefined),
    SLOT_CONFIG.any_executable,
  );
  value.writeBigUInt64LE(
    holding((item) => item.port === undefined),
    SLOT_CONFIG.any_port,
  );
  value.writeBigUInt64LE(
    holding((item) => item.roles.includes("server")),
    SLOT_CONFIG.server,
  );
  value.writeBigUInt64LE(
    holding((item) => item.roles.includes("client")),
    SLOT_CONFIG.client,
  );
  value.writeBigUInt64LE(rules.queryNames, SLOT_CONFIG.query_names);
  value.writeBigUInt64LE(rules.queryKeep, SLOT_CONFIG.query_keep);
  value.writeBigUInt64LE(nameBits(rules.headers, "request"), SLOT_CONFIG.request_names);
  value.writeBigUInt64LE(nameBits(rules.headers, "response"), SLOT_CONFIG.response_names);
  for (const [timing, asking] of Object.entries(rules.timings)) {
    value.writeBigUInt64LE(asking, SLOT_CONFIG[timing as Timing]);
  }
  value.writeBigUInt64LE(usageNameBits(rules.headers, "request"), SLOT_CONFIG.usage_request_names);
  value.writeBigUInt64LE(usageNameBits(rules.headers, "response"), SLOT_CONFIG.usage_response_names);
  value.writeBigUInt64LE(budgets.unbudgeted, SLOT_CONFIG.unbudgeted);
  value.writeBigUInt64LE(budgets.stops, SLOT_CONFIG.budget_stops);
  budgets.owners.forEach((owner, item) => {
    if (owner !== undefined) value.writeUInt8(state.budgetPlace(owner), SLOT_CONFIG.budgets + item);
  });
  return value;
}

/** The bits of the names of which a rule asks something in that direction. */
function nameBits(rules: readonly HeaderRule[], direction: "request" | "response"): bigint {
  return bitsOf(rules.filter((rule) => asks(rule[direction])));
}

const usageNameBits = (rules: readonly HeaderRule[], direction: "request" | "response"): bigint =>
  bitsOf(rules.filter((rule) => asks(rule.usage[direction])));

const asks = (actions: ActionItems | UsageItems): boolean =>
  Object.values(actions).some((items) => items !== 0n);

const bitsOf = (rules: readonly HeaderRule[]): bigint =>
  rules.reduce((bits, { name }) => bits | nameBit(name), 0n);

/** `name_bit_index` of bpf/include/tables.h: 0 to 63. */
export function nameBitIndex(name: string): number {
  const first = Buffer.alloc(8);
  first.write(name);
  const mixed = (first.readBigUInt64LE() ^ BigInt(Buffer.byteLength(name))) * 0x9e37_79b9_7f4a_7c15n;
  return Number(BigInt.asUintN(64, mixed) >> 58n);
}

/** `name_bit` of bpf/include/tables.h. */
export const nameBit = (name: string): bigint => 1n << BigInt(nameBitIndex(name));

/** Key in `rules_by_bit` of the rules with that bit. */
export const bitKey = (slot: number, bit: number): Uint8Array => u32(slot * NAME_BITS + bit);

/** @param rule a value of `header_rules` */
export function ruleByBitValue(name: string, rule: Uint8Array): Uint8Array {
  const value = Buffer.alloc(RULE_BY_BIT.bytes);
  value.write(name, RULE_BY_BIT.name);
  value.set(rule, RULE_BY_BIT.rule);
  return value;
}

/** @throws RangeError where the name has more bytes than the kernel compares: it must not match by its beginning */
export function nameKey(slot: number, name: string): Uint8Array {
  if (Buffer.byteLength(name) > NAME_MAX_BYTES)
    throw new RangeError(`a name has more than ${NAME_MAX_BYTES} bytes`);
  const key = Buffer.alloc(HEADER_KEY.bytes);
  key.writeUInt32LE(slot, HEADER_KEY.slot);
  key.write(name, HEADER_KEY.name);
  return key;
}

export function headerRuleValue(rule: HeaderRule, id: number): Uint8Array {
  const value = Buffer.alloc(HEADER_RULE.bytes);
  writeActions(value, HEADER_RULE.request, rule.request);
  writeActions(value, HEADER_RULE.response, rule.response);
  writeUsage(value, HEADER_RULE.request_usage, rule.usage.request);
  writeUsage(value, HEADER_RULE.response_usage, rule.usage.response);
  value.writeUInt16LE(id, HEADER_RULE.id);
  value.writeUInt16LE(rule.keepLength, HEADER_RULE.keep_length);
  value.writeUInt8(rule.hasScheme ? 1 : 0, HEADER_RULE.has_scheme);
  value.writeUInt8(rule.floor ? 1 : 0, HEADER_RULE.floor);
  return value;
}

function writeActions(value: Buffer, at: number, actions: ActionItems): void {
  value.writeBigUInt64LE(actions.keep, at + ACTION_ITEMS.keep);
  value.writeBigUInt64LE(actions.mask, at + ACTION_ITEMS.mask);
  value.writeBigUInt64LE(actions.fingerprint, at + ACTION_ITEMS.fingerprint);
  value.writeBigUInt64LE(actions.presence, at + ACTION_ITEMS.presence);
}

function writeUsage(value: Buffer, at: number, usage: UsageItems): void {
  value.writeBigUInt64LE(usage.keep, at + USAGE_ITEMS.keep);
  value.writeBigUInt64LE(usage.fingerprint, at + USAGE_ITEMS.fingerprint);
}

const SECOND_NS = 1_000_000_000;

/** @param perSecond at most a thousand million; absent: no bound */
export function budgetRateValue(perSecond?: number): Uint8Array {
  const value = Buffer.alloc(BUDGET_RATE.bytes);
  if (perSecond === undefined) return value;
  value.writeBigUInt64LE(BigInt(Math.round(SECOND_NS / perSecond)), BUDGET_RATE.token_ns);
  value.writeBigUInt64LE(BigInt(SECOND_NS), BUDGET_RATE.burst_ns);
  return value;
}

export function itemsValue(items: bigint): Uint8Array {
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(items);
  return value;
}

export function executableKey(slot: number, file: ExecutableFile): Uint8Array {
  const key = Buffer.alloc(EXECUTABLE_KEY.bytes);
  key.writeUInt32LE(slot, EXECUTABLE_KEY.slot);
  key.writeBigUInt64LE(BigInt(file.device), EXECUTABLE_KEY.device);
  key.writeBigUInt64LE(BigInt(file.inode), EXECUTABLE_KEY.inode);
  return key;
}

export function portKey(slot: number, port: number): Uint8Array {
  const key = Buffer.alloc(PORT_KEY.bytes);
  key.writeUInt32LE(slot, PORT_KEY.slot);
  key.writeUInt32LE(port, PORT_KEY.port);
  return key;
}
