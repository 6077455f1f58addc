/**
 * JSON in UTF-8 that is appended to, outside of the garbage collector's heap; used again and again. What is appended counts
 * once it is committed, so that a text that cannot be made whole leaves nothing behind.
 */
export class TextBuffer {
  #bytes: Buffer;
  #at = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Any text, and commits it. */
  append(text: string): void {
    this.utf8(text);
    this.commit();
  }

  utf8(text: string): void {
    // A UTF-16 unit is at most three bytes.
    this.#reserve(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** One ASCII character. */
  byte(character: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = character;
  }

  /** A text that the caller knows to be ASCII. Short ones are copied sooner here than a call of the runtime begins. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < text.length; i += 1) bytes[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  /** A text as JSON, in quotes. */
  quoted(text: string): void {
    this.#reserve(text.length + 2);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) {
        this.utf8(JSON.stringify(text));
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** A number as JSON. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      this.ascii(JSON.stringify(value));
      return;
    }
    this.#reserve(INTEGER_MAX_BYTES);
    const most = Math.floor(value / 1e8);
    if (most === 0) {
      this.#digits(value, digitsOf(value));
      return;
    }
    this.#digits(most, digitsOf(most));
    this.#digits(value - most * 1e8, 8);
  }

  commit(): void {
    this.#length = this.#at;
  }

  /** Forgets what was not committed. */
  rollback(): void {
    this.#at = this.#length;
  }

  /** bytes committed */
  get length(): number {
    return this.#length;
  }

  /** What was committed so far; valid until the next append or reset. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = this.#at = 0;
  }

  /** `value` is below 1e8. */
  #digits(value: number, digits: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#at + digits - 1; at >= this.#at; at -= 1) {
      const tens = (rest / 10) | 0;
      bytes[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    this.#at += digits;
  }

  #reserve(more: number): void {
    const needed = this.#at + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const INTEGER_MAX_BYTES = 16;

/** Decimal digits of an integer below 1e8. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}
