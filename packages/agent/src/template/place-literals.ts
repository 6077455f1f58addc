/** Bounds of what one place (a template's prefix) may learn. */
export interface PlaceLimits {
  /** known nouns and what may be one */
  readonly plausible: number;
  /** words that nothing speaks for */
  readonly unknown: number;
}

/**
 * The literals that one place has taken. Only grows, and a word that was refused once is refused for good: that is why a path
 * keeps its template.
 */
export class PlaceLiterals {
  readonly #taken = new Set<string>();
  #plausible = 0;
  #unknown = 0;
  #idsSeen = false;

  constructor(private readonly limits: PlaceLimits) {}

  /** A known noun: literal while there is room. */
  takeNoun(word: string): boolean {
    if (this.#taken.has(word)) return true;
    if (this.#plausible >= this.limits.plausible) return false;
    this.#plausible++;
    this.#taken.add(word);
    return true;
  }

  /** What may be a name of the API's own: literal while there is room and nothing unknown was refused here. */
  takePlausible(word: string): boolean {
    return this.#taken.has(word) || (!this.#idsSeen && this.takeNoun(word));
  }

  /** Any other word. */
  takeUnknown(word: string): boolean {
    if (this.#taken.has(word)) return true;
    if (this.#unknown >= this.limits.unknown) {
      this.#idsSeen = true;
      return false;
    }
    this.#unknown++;
    this.#taken.add(word);
    return true;
  }
}
