import type { RecordBytes } from "./record-bytes.js";

const SLOTS_BITS = 10;
/** Longer texts seldom come again. */
const LONGEST_BYTES = 128;

/**
 * Texts of the last bytes that were read, by those bytes: names of tenants and programs come again with every request, and to make such
 * a text anew takes several times as long as to see that it is the same. What comes takes the place of what had its slot.
 */
export class KnownTexts {
  private readonly texts: (string | undefined)[] = new Array(1 << SLOTS_BITS).fill(undefined);
  private readonly lengths = new Uint8Array(1 << SLOTS_BITS);
  private readonly held = new DataView(new ArrayBuffer(LONGEST_BYTES << SLOTS_BITS));

  /** The text that was kept for these bytes, which are not none; undefined: none is. */
  find(bytes: RecordBytes, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > LONGEST_BYTES) return undefined;
    const slot = slotOf(bytes.view, start, end);
    if (this.lengths[slot] !== length) return undefined;
    return isSame(this.held, slot * LONGEST_BYTES, bytes.view, start, length) ? this.texts[slot] : undefined;
  }

  /** Keeps a text for bytes. */
  keep(bytes: RecordBytes, start: number, end: number, text: string): void {
    const length = end - start;
    if (length > LONGEST_BYTES) return;
    const { view } = bytes;
    const slot = slotOf(view, start, end);
    const to = slot * LONGEST_BYTES;
    let at = 0;
    for (; at + 4 <= length; at += 4) this.held.setUint32(to + at, view.getUint32(start + at));
    for (; at < length; at += 1) this.held.setUint8(to + at, view.getUint8(start + at));
    this.lengths[slot] = length;
    this.texts[slot] = text;
  }
}

/** By length, beginning and end: what the ids of requests share is in their middle, if anywhere. */
function slotOf(view: DataView, start: number, end: number): number {
  const length = end - start;
  const isShort = length < 4;
  const first = isShort ? view.getUint8(start) : view.getUint32(start);
  const last = isShort ? view.getUint8(end - 1) : view.getUint32(end - 4);
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(last + length, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> (32 - SLOTS_BITS);
}

function isSame(held: DataView, from: number, view: DataView, start: number, length: number): boolean {
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (held.getUint32(from + at) !== view.getUint32(start + at)) return false;
  }
  for (; at < length; at += 1) {
    if (held.getUint8(from + at) !== view.getUint8(start + at)) return false;
  }
  return true;
}
