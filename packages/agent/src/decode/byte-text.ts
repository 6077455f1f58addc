import type { KnownTexts } from "./known-texts.js";
import type { RecordBytes } from "./record-bytes.js";

/** Node's own conversion, without the argument checks of `toString`. */
interface Latin1Slicer {
  latin1Slice(start: number, end: number): string;
}

/**
 * Texts of records: values are bytes, shown as UTF-8; NUL and what is not UTF-8 show as `\xHH` (design, section 4.2).
 * `escaped` is set by the first text that needed it and stays until it is reset, and so is `hasControls` by the first that has a
 * control character other than a tab, which no part of a head may have (RFC 9110 section 5.5, RFC 9112 section 2.2).
 */
export class ByteText {
  escaped = false;
  hasControls = false;

  /** @param known plain texts that were read before */
  constructor(private readonly known?: KnownTexts) {}

  /** Another head begins. */
  reset(): void {
    this.escaped = false;
    this.hasControls = false;
  }

  /** The text of bytes `start` to `end` (exclusive), which lie within the batch. */
  read(bytes: RecordBytes, start: number, end: number): string {
    if (start >= end) return "";
    const known = this.known?.find(bytes, start, end);
    if (known !== undefined) return known;
    if (!isPlain(bytes.view, start, end)) return this.readEscaped(bytes.buffer, start, end);
    const text = plainText(bytes, start, end);
    this.known?.keep(bytes, start, end, text);
    return text;
  }

  /** The same of bytes that are only looked at: nothing of them stays here. */
  readOnce(bytes: RecordBytes, start: number, end: number): string {
    if (start >= end) return "";
    return isPlain(bytes.view, start, end)
      ? plainText(bytes, start, end)
      : this.readEscaped(bytes.buffer, start, end);
  }

  private readEscaped(buffer: Buffer, start: number, end: number): string {
    let text = "";
    let from = start;
    let at = start;
    while (at < end) {
      if (isControl(buffer[at] ?? 0)) this.hasControls = true;
      const length = characterBytes(buffer, at, end);
      if (length > 0) {
        at += length;
        continue;
      }
      text += `${buffer.toString("utf8", from, at)}\\x${(buffer[at] ?? 0).toString(16).padStart(2, "0")}`;
      this.escaped = true;
      at += 1;
      from = at;
    }
    return text + buffer.toString("utf8", from, end);
  }
}

const plainText = (bytes: RecordBytes, start: number, end: number): string =>
  (bytes.buffer as unknown as Latin1Slicer).latin1Slice(start, end);

/**
 * Where a text of at most `end` bytes stops, so that no character is cut in two by a bound.
 * @param start first byte of the text
 * @param end where the bound cuts it
 */
export function wholeCharacters(bytes: RecordBytes, start: number, end: number): number {
  let lead = end - 1;
  while (lead >= start && end - lead < 4 && (bytes.u8(lead) & 0xc0) === 0x80) lead -= 1;
  if (lead < start) return end;
  const first = bytes.u8(lead);
  const needs = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return lead + needs > end ? lead : end;
}

const DELETE = 0x7f;
const isControl = (byte: number): boolean => (byte < 0x20 && byte !== 0x09) || byte === DELETE;

/** ASCII that is shown, four bytes at a time: each is at least 0x20, and less than 0x7f. */
function isPlain(view: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getUint32(at, true);
    if (((word | ((word - 0x20202020) & ~word) | (word + 0x01010101)) & 0x80808080) !== 0) return false;
  }
  for (; at < end; at += 1) {
    const byte = view.getUint8(at);
    if (byte < 0x20 || byte >= DELETE) return false;
  }
  return true;
}

/** Length of the UTF-8 character at `at` (RFC 3629), 0 where there is none or it is NUL. */
function characterBytes(buffer: Buffer, at: number, end: number): number {
  const first = buffer[at] ?? 0;
  if (first === 0) return 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second = buffer[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let next = 2; next < length; next += 1) {
    if (((buffer[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
