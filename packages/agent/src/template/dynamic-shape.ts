const LITERAL_MAX_CHARACTERS = 48;
const LITERAL_CHARACTERS = /^[A-Za-z0-9_.~$-]+$/;
const NUMBERS = /^[+-]?\d+(?:[.,:_-]\d+)*$/;
const HEX = /^(?=.*\d)[0-9A-Fa-f]{8,}(?:-[0-9A-Fa-f]+)*$/;
const LONG_HEX = /^[0-9A-Fa-f]{12,}$/;

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** A segment that is an id by its looks alone: numbers, UUIDs, hashes, ULIDs, base64, dates, e-mail, encoded text. */
export const looksDynamic = (segment: string): boolean => {
  if (segment.length > LITERAL_MAX_CHARACTERS || !LITERAL_CHARACTERS.test(segment)) return true;
  if (NUMBERS.test(segment) || HEX.test(segment) || LONG_HEX.test(segment)) return true;
  const digits = count(segment, /\d/g);
  if (digits >= 3 || digits * 2 > segment.length) return true;
  // Letters that change case again and again are base64 and the like; camel case changes once a word.
  return segment.length >= 8 && count(segment, /[a-z][A-Z]|[A-Z]{2}[a-z]/g) * 4 > segment.length;
};

/** `v1`, `v2beta1`, `v1.1` */
export const isVersion = (segment: string): boolean =>
  /^v\d{1,3}(?:\.\d{1,3}){0,2}(?:(?:alpha|beta|rc)\d{0,2})?$/i.test(segment);
