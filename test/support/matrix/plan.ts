/** One request as a program is told to make it. */
export interface PlannedRequest {
  method: string;
  path: string;
  /** in order, names as they are to be written; none of the body */
  headers: [name: string, value: string][];
  /** empty: none */
  body: string;
  /** its head comes in pieces that have to be read one by one, where the raw client sends it */
  apart: boolean;
}

/** Each list of `kept` is one keep-alive connection; each of `fresh` has a connection of its own. */
export interface Plan {
  kept: PlannedRequest[][];
  fresh: PlannedRequest[];
}

/** How a connection begins before there is an agent: `before` with an exchange, `held` with a request that waits for its answer. */
export type Opening = "before" | "held";

export const KEPT_CONNECTIONS = 3;
export const REQUESTS_EACH = 6;
export const FRESH_CONNECTIONS = 6;
/** What a cell captures: every request that is not an opening. */
export const REQUESTS = KEPT_CONNECTIONS * REQUESTS_EACH + FRESH_CONNECTIONS;

const CREDENTIAL = "Bearer canary-of-a-credential-0123456789";
const KINDS = ["length", "chunked", "apart/length", "file", "apart/chunked"] as const;
/** Of requests with a body, which nothing is asked of that serves files. */
const KINDS_WITH_BODY = ["length", "apart/length"] as const;

/** @param prefix of all paths, by which a cell's exchanges are told from all others on this host */
export function planFor(prefix: string, opening?: Opening): Plan {
  let number = 0;
  const request = (method: string, phase: string, kind: string): PlannedRequest => {
    number += 1;
    const asksForChunks = kind.includes("chunked");
    return {
      method,
      path: `${prefix}/${phase}/${kind}/${number}`,
      headers: [
        ["x-request-id", `id-${number}`],
        ["x-repeat", `one-${number}`],
        ["authorization", CREDENTIAL],
        ["cookie", "session=canary-of-a-cookie"],
        ["x-unlisted", "canary-unlisted"],
        ["X-Repeat", `two-${number}`],
        ["x-split", `value-that-is-cut-${number}`],
        ...(asksForChunks ? [["accept-encoding", "gzip"] as [string, string]] : []),
      ],
      body: method === "POST" ? `canary-of-a-request-body ${number} ${".".repeat(number * 50)}` : "",
      apart: kind.startsWith("apart/"),
    };
  };
  const kindOf = (method: string, place: number): string => {
    const kinds = method === "POST" ? KINDS_WITH_BODY : KINDS;
    return kinds[place % kinds.length] as string;
  };
  const kept = Array.from({ length: KEPT_CONNECTIONS }, (_, connection) => {
    const method = connection === KEPT_CONNECTIONS - 1 ? "POST" : "GET";
    return [
      ...(opening === undefined ? [] : [request(method, opening, "length")]),
      ...Array.from({ length: REQUESTS_EACH }, (_, turn) =>
        request(method, turn === 0 ? "first" : "kept", kindOf(method, connection + turn)),
      ),
    ];
  });
  const fresh = Array.from({ length: FRESH_CONNECTIONS }, (_, place) => {
    const method = place % 3 === 2 ? "POST" : "GET";
    return request(method, "fresh", kindOf(method, place));
  });
  return { kept, fresh };
}

/** Headers with those of the body, for programs that write what they are told and nothing else. */
export const framedHeaders = ({ headers, body }: PlannedRequest): [string, string][] =>
  body === "" ? headers : [...headers, ["content-length", String(Buffer.byteLength(body))]];

/** The head as it is to be on the wire. */
export const headText = (request: PlannedRequest, port: number): string =>
  [
    `${request.method} ${pathWithQuery(request)} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    ...framedHeaders(request).map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");

export const pathWithQuery = ({ path }: PlannedRequest): string => `${path}?token=canary-of-a-query`;
