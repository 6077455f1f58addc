import { ACTIONS, COMMAND_VERBS, IRREGULAR_PLURALS, NOT_COLLECTIONS, NOUNS } from "./vocabulary.js";

/** What a segment is as a word: see {@link wordOf}. */
export interface Word {
  /**
   * `action`: literal wherever it stands; `noun`: a known word; `plausible`: several known words; `plural`: one that only
   * ends like a plural, as names do too (charles); `unknown`: anything else
   */
  kind: "action" | "noun" | "plausible" | "plural" | "unknown";
  /** what follows is likely an id */
  collection: boolean;
}

/** Parts of a compound that may still be a literal: `reset-password` is two. */
const PARTS_MAX = 4;
const PLURAL_SHAPE = /^[a-z]{3,}[^aious]s$/;

const singular = (word: string): string | undefined => {
  if (word.endsWith("ies")) {
    const stem = `${word.slice(0, -3)}y`;
    if (NOUNS.has(stem)) return stem;
  }
  if (word.endsWith("es")) {
    const stem = word.slice(0, -2);
    if (NOUNS.has(stem)) return stem;
  }
  return word.endsWith("s") && NOUNS.has(word.slice(0, -1)) ? word.slice(0, -1) : undefined;
};

const known = (word: string): boolean =>
  ACTIONS.has(word) || NOUNS.has(word) || IRREGULAR_PLURALS.has(word) || singular(word) !== undefined;

const isCollection = (word: string): boolean => {
  if (NOT_COLLECTIONS.has(word)) return false;
  if (IRREGULAR_PLURALS.has(word) || singular(word) !== undefined) return true;
  return !known(word) && PLURAL_SHAPE.test(word);
};

/** `resetPassword`, `reset-password`, `Reset_Password` alike: lower-case parts. */
const partsOf = (text: string): string[] =>
  text
    .replace(/^[$_]+/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[-_.~]+/)
    .filter((part) => part !== "");

/** `findByStatus`; slugs are never written so. */
const CAMEL_CASE = /^[$_]*[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+$/;

const REMEMBERED_MAX = 4_096;
let remembered = new Map<string, Word>();

/** What a segment of letters, digits and `-_.~$` is as a word. Depends on nothing but the text. */
export const wordOf = (text: string): Word => {
  const before = remembered.get(text);
  if (before !== undefined) return before;
  const word = judge(text);
  if (remembered.size >= REMEMBERED_MAX) remembered = new Map();
  remembered.set(text, word);
  return word;
};

const judge = (text: string): Word => {
  const whole = text.replace(/^[$_]+/, "").toLowerCase();
  if (ACTIONS.has(whole)) return { kind: "action", collection: isCollection(whole) };
  if (known(whole)) return { kind: "noun", collection: isCollection(whole) };
  const parts = partsOf(text);
  const first = parts[0];
  const last = parts[parts.length - 1];
  if (first === undefined || last === undefined) return { kind: "unknown", collection: false };
  const collection = isCollection(last);
  if (parts.length === 1) return { kind: collection ? "plural" : "unknown", collection };
  if (parts.length > PARTS_MAX || !parts.every(known)) return { kind: "unknown", collection };
  const command =
    (COMMAND_VERBS.has(first) && parts.length === 2) || (ACTIONS.has(first) && CAMEL_CASE.test(text));
  return { kind: command ? "action" : "plausible", collection };
};
