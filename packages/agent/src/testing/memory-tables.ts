import { constants } from "node:os";
import { NativeError } from "../capture/native-error.js";
import type { TableSession } from "../capture/policy-slot.js";

/** Tables in memory with the contract of the native session's: for tests that look at what was written, and in what order. */
export class MemoryTables implements TableSession {
  readonly maps = new Map<string, Map<string, Uint8Array>>();
  readonly operations: string[] = [];
  areArrivalsFollowed = false;
  /** most entries of a map, by name */
  readonly limits: Record<string, number> = {};
  /** throws on the update that this takes */
  refuse: (map: string, key: Uint8Array) => boolean = () => false;

  updateTable(map: string, key: Uint8Array, value: Uint8Array): void {
    const table = this.table(map);
    const name = Buffer.from(key).toString("hex");
    if (this.refuse(map, key)) throw new NativeError(`update ${map}`, constants.errno.EPERM);
    if (!table.has(name) && table.size >= (this.limits[map] ?? Number.POSITIVE_INFINITY)) {
      throw new NativeError(`update ${map}`, constants.errno.E2BIG);
    }
    table.set(name, Uint8Array.from(value));
    this.operations.push(`update ${map}`);
  }

  deleteFromTable(map: string, key: Uint8Array): boolean {
    this.operations.push(`delete ${map}`);
    return this.table(map).delete(Buffer.from(key).toString("hex"));
  }

  followArrivals(wanted: boolean): void {
    this.areArrivalsFollowed = wanted;
  }

  synchronize(): void {
    this.operations.push("synchronize");
  }

  table(map: string): Map<string, Uint8Array> {
    const known = this.maps.get(map);
    if (known !== undefined) return known;
    const made = new Map<string, Uint8Array>();
    this.maps.set(map, made);
    return made;
  }

  /** The value under a key; undefined where there is none. */
  value(map: string, key: Uint8Array): Buffer | undefined {
    const value = this.table(map).get(Buffer.from(key).toString("hex"));
    return value === undefined ? undefined : Buffer.from(value);
  }
}
