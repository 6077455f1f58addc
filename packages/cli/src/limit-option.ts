import { InvalidArgumentError } from "commander";

/** Value of `--limit`. @throws InvalidArgumentError */
export const parseLimit = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("A whole number from 1 to 999999.");
  return Number(text);
};

/** The first items of a list. */
export const firstOf = async <T>(list: AsyncIterable<T>, limit: number): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of list) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
};
