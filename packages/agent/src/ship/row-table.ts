/** One of a batch's tables: each object is a row once, kept as the JSON it will be sent as. */
export class RowTable<T extends object> {
  readonly #indices = new Map<T, number>();
  readonly #rows: string[] = [];
  /** of the rows' JSON with the commas between them */
  bytes = 0;

  /** Index of the object's row; `render` makes the row's JSON when it is new. */
  index(object: T, render: (object: T) => string): number {
    const known = this.#indices.get(object);
    if (known !== undefined) return known;
    const index = this.#rows.length;
    const json = render(object);
    this.#indices.set(object, index);
    this.#rows.push(json);
    this.bytes += Buffer.byteLength(json) + 1;
    return index;
  }

  toJson(): string {
    return `[${this.#rows.join(",")}]`;
  }
}
