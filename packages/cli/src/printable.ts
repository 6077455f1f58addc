const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text of others, safe for a terminal: no control or formatting characters. */
export const printable = (text: string): string =>
  text.replace(CONTROL, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
