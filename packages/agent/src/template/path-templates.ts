import { OTHER_SERIES } from "@masthead/shared/ids";
import { isVersion, looksDynamic } from "./dynamic-shape.js";
import { segmentsOf } from "./path-segments.js";
import { type PlaceLimits, PlaceLiterals } from "./place-literals.js";
import { DATA_ENDINGS, FILE_ENDINGS, PREFIXES, WELL_KNOWN_FILES } from "./vocabulary.js";
import { wordOf } from "./word-kind.js";

/** Templates of one service; what comes after is `__other__`. */
export const TEMPLATES_MAX = 500;
const PLACES_MAX = 2_000;
/** First words, and methods of an RPC service: names of the API's own making. */
const FREE_PLACE: PlaceLimits = { plausible: 64, unknown: 20 };
/** Below a singular word or an id: what is not known is an id. */
const GUARDED_PLACE: PlaceLimits = { plausible: 24, unknown: 0 };

const PARAMETER = "{id}";
const GRPC_SERVICE = /^[a-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*\.[A-Z][A-Za-z0-9_]*$/;
const CUSTOM_METHOD = /^([^:]+):([a-z][A-Za-z]*)$/;

/** What the segment before says of the next one. */
type Place = "free" | "collection" | "guarded";

/**
 * Infers `url.template` of the paths of one service. A known action word is literal wherever it stands; after a plural
 * everything else is an id; after a singular word or an id, words that are known or end like a plural are literal; the
 * first word of an API is. All that is remembered is the words so taken, in bounds, and it only grows: a path keeps its
 * template for as long as this object lives, and the same paths in the same order give the same templates.
 */
export class PathTemplates {
  readonly #places = new Map<string, PlaceLiterals>();
  readonly #templates = new Set<string>();

  constructor(private readonly maxTemplates = TEMPLATES_MAX) {}

  /** Template of a path as it was sent, without query. Never throws; at most 1,024 characters. */
  templateOf(path: string): string {
    if (path === "*") return path;
    // Of CONNECT, whose target is no path, the kernel sends none.
    if (!path.startsWith("/")) return "{authority}";
    const template = this.#infer(path);
    if (this.#templates.has(template)) return template;
    if (this.#templates.size >= this.maxTemplates) return OTHER_SERIES;
    this.#templates.add(template);
    return template;
  }

  #infer(path: string): string {
    const { segments, rest } = segmentsOf(path);
    let template = "";
    let place: Place = "free";
    let prefix = true;
    for (let i = 0; i < segments.length; i++) {
      const segment = segments[i] as string;
      const last = i === segments.length - 1;
      if (prefix && (PREFIXES.has(segment.toLowerCase()) || isVersion(segment))) {
        template += `/${segment}`;
        continue;
      }
      if (last && !rest) {
        const file = this.#file(template, segment, place, i === 0);
        if (file !== undefined) return `${template}/${file}`;
      }
      const shown = this.#segment(template, segment, place);
      const literal = shown !== PARAMETER;
      if (prefix && literal && GRPC_SERVICE.test(segment)) place = "free";
      else place = literal && wordOf(segment).collection ? "collection" : "guarded";
      prefix = false;
      template += `/${shown}`;
    }
    if (rest) return `${template}/{rest}`;
    return template === "" ? "/" : template;
  }

  /** A segment as the template shows it, below `template`. */
  #segment(template: string, segment: string, place: Place): string {
    const custom = segment.includes(":") ? CUSTOM_METHOD.exec(segment) : null;
    if (custom) {
      const [, name, method] = custom as unknown as [string, string, string];
      // Only verbs that are known: what follows a colon may be an id as well.
      if (wordOf(method).kind === "action") return `${this.#segment(template, name, place)}:${method}`;
    }
    if (place !== "free" && isVersion(segment)) return segment;
    return this.#isLiteral(template, segment, place) ? segment : PARAMETER;
  }

  #isLiteral(template: string, segment: string, place: Place): boolean {
    if (looksDynamic(segment)) return false;
    const { kind } = wordOf(segment);
    if (kind === "action") return true;
    if (place === "collection") return false;
    if (kind === "noun") return this.#literalsAt(template, place)?.takeNoun(segment) ?? false;
    const literals = this.#literalsAt(template, place);
    if (kind === "plausible" || (kind === "plural" && place === "free"))
      return literals?.takePlausible(segment) ?? false;
    return literals?.takeUnknown(segment) ?? false;
  }

  #literalsAt(template: string, place: Place): PlaceLiterals | undefined {
    let literals = this.#places.get(template);
    if (literals === undefined && this.#places.size < PLACES_MAX) {
      literals = new PlaceLiterals(place === "free" ? FREE_PLACE : GUARDED_PLACE);
      this.#places.set(template, literals);
    }
    return literals;
  }

  /** The last segment where it is a file; undefined where it is not. */
  #file(template: string, segment: string, place: Place, root: boolean): string | undefined {
    const dot = segment.lastIndexOf(".");
    if (dot <= 0 || dot === segment.length - 1) return undefined;
    const lower = segment.toLowerCase();
    if (root && WELL_KNOWN_FILES.has(lower)) return segment;
    const ending = lower.slice(dot + 1);
    if (FILE_ENDINGS.has(ending)) return "{file}";
    if (!DATA_ENDINGS.has(ending)) return undefined;
    return `${this.#segment(template, segment.slice(0, dot), place)}.${ending}`;
  }
}
