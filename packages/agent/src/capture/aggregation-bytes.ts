import { AGGREGATE_SLOT, AGGREGATE_USE, AGGREGATE_USE_KEY } from "../aggregate/series-layout.js";
import { ElementAction } from "../decode/record-enums.js";
import type { AggregateUse, Aggregation } from "./policy-aggregation.js";

/** Keys and values of the kernel's tables of aggregation, as bytes. */

const ACTIONS = { keep: ElementAction.ELEMENT_KEEP, fingerprint: ElementAction.ELEMENT_FINGERPRINT } as const;

export function aggregateSlotValue({ items, wholePaths }: Aggregation): Uint8Array {
  const value = Buffer.alloc(AGGREGATE_SLOT.bytes);
  value.writeBigUInt64LE(items, AGGREGATE_SLOT.items);
  value.writeBigUInt64LE(wholePaths, AGGREGATE_SLOT.whole_paths);
  return value;
}

export function aggregateUseKey(
  slot: number,
  rule: number,
  direction: AggregateUse["direction"],
): Uint8Array {
  const key = Buffer.alloc(AGGREGATE_USE_KEY.bytes);
  key.writeUInt32LE(slot, AGGREGATE_USE_KEY.slot);
  key.writeUInt16LE(rule, AGGREGATE_USE_KEY.rule);
  key.writeUInt16LE(direction === "response" ? 1 : 0, AGGREGATE_USE_KEY.response);
  return key;
}

export function aggregateUseValue({ names, measure }: AggregateUse): Uint8Array {
  const value = Buffer.alloc(AGGREGATE_USE.bytes);
  value.writeUInt8(
    names.reduce((bits, name) => bits | (1 << ACTIONS[name]), 0),
    AGGREGATE_USE.names,
  );
  value.writeUInt8(measure, AGGREGATE_USE.measure);
  return value;
}
