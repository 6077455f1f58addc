/** UTF-8 text that is appended to, outside of the garbage collector's heap; used again and again. */
export class TextBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  append(text: string): void {
    // A UTF-16 unit is at most three bytes.
    if (this.#length + text.length * 3 > this.#bytes.length) this.#grow(this.#length + text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** What was appended so far; valid until the next append or reset. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
