const LITERAL_MAX_CHARACTERS = 48;

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isUpper = (c: number): boolean => c >= 65 && c <= 90;
const isLower = (c: number): boolean => c >= 97 && c <= 122;
const isHexLetter = (c: number): boolean => (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
/** `_ . ~ $ -`; no other mark is part of a literal. */
const isMark = (c: number): boolean => c === 95 || c === 46 || c === 126 || c === 36 || c === 45;

/** A segment that is an id by its looks alone: numbers, UUIDs, hashes, ULIDs, base64, dates, e-mail, encoded text. */
export const looksDynamic = (segment: string): boolean => {
  const { length } = segment;
  if (length > LITERAL_MAX_CHARACTERS) return true;
  let digits = 0;
  let marks = 0;
  let hexLetters = 0;
  let caseChanges = 0;
  let previous = 0;
  for (let i = 0; i < length; i++) {
    const c = segment.charCodeAt(i);
    if (isDigit(c)) digits++;
    else if (isMark(c)) marks++;
    else if (!isLower(c) && !isUpper(c)) return true;
    else {
      if (isHexLetter(c)) hexLetters++;
      if (isUpper(c) ? isLower(previous) : isUpper(previous) && i > 1) caseChanges++;
    }
    previous = c;
  }
  if (digits >= 3 || digits * 2 > length - marks) return true;
  const allHex = digits + hexLetters === length;
  if (allHex && (length >= 12 || (length >= 8 && digits > 0))) return true;
  // Letters that change case again and again are base64 and the like; camel case changes once or twice a word.
  return length >= 8 && caseChanges * 2 > length;
};

/** `v1`, `v2beta1`, `v1.1` */
export const isVersion = (segment: string): boolean => {
  const first = segment.charCodeAt(0);
  return (
    (first === 118 || first === 86) &&
    /^v\d{1,3}(?:\.\d{1,3}){0,2}(?:(?:alpha|beta|rc)\d{0,2})?$/i.test(segment)
  );
};
