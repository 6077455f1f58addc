/** An answer of the API, whoever served it. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  text: string;
  /** of a body in JSON; undefined otherwise */
  json: T;
}
export interface AskOptions {
  headers?: Record<string, string>;
  body?: string;
  /** gives the request up */
  signal?: AbortSignal;
}

/** Asks the API with the admin key. */
export type Ask = <T = Record<string, unknown>>(
  method: string,
  path: string,
  options?: AskOptions,
) => Promise<Answer<T>>;

export const answerOf = <T>(status: number, headers: Headers, text: string): Answer<T> => {
  const isJson = /[/+]json/.test(headers.get("content-type") ?? "");
  return { status, headers, text, json: (isJson ? JSON.parse(text) : undefined) as T };
};

export const askOver =
  (url: string, adminKey: string): Ask =>
  async (method, path, { headers = {}, body, signal } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    });
    return answerOf(response.status, response.headers, await response.text());
  };

/** All items of a list, page by page. @throws Error on an answer that is no page */
export const everyItem = async <T>(ask: Ask, path: string): Promise<T[]> => {
  const items: T[] = [];
  let cursor: string | null = "";
  do {
    const next: string = cursor === "" ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    const { status, text, json } = await ask<{ items: T[]; nextCursor: string | null }>("GET", next);
    if (status !== 200) throw new Error(`GET ${next}: ${status} ${text}`);
    items.push(...json.items);
    cursor = json.nextCursor;
  } while (cursor !== null);
  return items;
};
