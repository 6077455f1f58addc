import { BATCH_MAX_TEXTS } from "@masthead/shared/wire/batch-rows";

/** Shorter texts are no longer than what would point to them. */
const SHARED_FROM_CHARACTERS = 5;
/** A place of rows is asked so often before it is judged by what came of it. */
const TRIED_TEXTS = 32;
/** No text of the table. */
export const UNSHARED = -1;

/** The texts that one place of a batch's rows has held: whether they repeat is what tells if it pays to look them up. */
export class TextPlace {
  asked = 0;
  found = 0;
}

/** A batch's texts, each once. Places whose texts do not repeat (ids of requests) keep theirs to themselves. */
export class TextTable {
  readonly #indices = new Map<string, number>();
  readonly #headers = new Map<string, TextPlace>();
  /** never less than its JSON */
  bytes = 2;
  /** characters that rows stand for by pointing here, each time */
  sharedCharacters = 0;

  /** Number of a text of a place; UNSHARED: it is not in the table, and is to stand where it is. */
  index(place: TextPlace, text: string): number {
    if (text.length < SHARED_FROM_CHARACTERS) return UNSHARED;
    if (place.asked >= TRIED_TEXTS && place.found * 2 < place.asked) return UNSHARED;
    place.asked += 1;
    this.sharedCharacters += text.length;
    const known = this.#indices.get(text);
    if (known === undefined) return this.#add(text);
    place.found += 1;
    return known;
  }

  /** Number of a header's name. */
  name(name: string): number {
    this.sharedCharacters += name.length;
    return this.#indices.get(name) ?? this.#add(name);
  }

  /** The values of a header, in requests and responses alike. */
  valuesOf(name: string): TextPlace {
    let place = this.#headers.get(name);
    if (place === undefined) {
      place = new TextPlace();
      this.#headers.set(name, place);
    }
    return place;
  }

  #add(text: string): number {
    const index = this.#indices.size;
    if (index >= BATCH_MAX_TEXTS) return UNSHARED;
    this.bytes += Buffer.byteLength(JSON.stringify(text)) + 1;
    this.#indices.set(text, index);
    return index;
  }

  toJson(): string {
    return JSON.stringify([...this.#indices.keys()]);
  }
}
