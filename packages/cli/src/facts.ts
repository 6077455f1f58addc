import { printable } from "./printable.js";

/** Names and values below each other, for people. */
export const factsText = (pairs: readonly (readonly [name: string, value: string])[]): string => {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 3;
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}${printable(value)}`).join("\n");
};
