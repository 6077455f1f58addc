import { ConnectionError } from "@masthead/client";

/** Items that one command takes: a list that never ends must not keep it for ever. */
const ITEMS_MAX = 1_000_000;

/** Every item of a list. @throws ConnectionError where it does not end */
export const allOf = async <T>(list: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of list) {
    if (items.length >= ITEMS_MAX)
      throw new ConnectionError("not_understood", "the server's list does not end");
    items.push(item);
  }
  return items;
};
