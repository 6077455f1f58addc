import { ConnectionError } from "@masthead/client";
import { z } from "zod";
import type { ApiClient } from "./api-client.js";

const PAGE_ITEMS = 200;
/** Pages that one command follows: a cursor that never ends must not keep it for ever. */
const PAGES_MAX = 1_000;

/** An answer of the API as the command reads it. @throws ConnectionError where it has another shape */
export const readAnswer = <T>(schema: z.ZodType<T>, answer: unknown): T => {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new ConnectionError(
    "not_understood",
    `the server's answer is not understood (${issue?.path.join(".") || "answer"}: ${issue?.message}): is it of another version?`,
  );
};

/** Every item of a list, page by page. @throws ProblemError, ConnectionError */
export const listAll = async <T>(client: ApiClient, path: string, item: z.ZodType<T>): Promise<T[]> => {
  const page = z.object({ items: z.array(item), nextCursor: z.string().nullable() });
  const items: T[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const query: string = new URLSearchParams({
      limit: String(PAGE_ITEMS),
      ...(cursor === null ? {} : { cursor }),
    }).toString();
    const answer = readAnswer(page, await client.send({ method: "GET", path: `${path}?${query}` }));
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return items;
};
