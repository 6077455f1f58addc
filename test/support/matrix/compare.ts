import type { ExchangeItem } from "@masthead/shared/http/exchange-item";
import type { CellTraffic } from "./cell-run.js";
import type { Captured, Cell } from "./declared.js";
import type { Starters } from "./rows.js";
import type { WireMessage, WireTruth } from "./wire-truth.js";

/** Headers that the policy of the matrix keeps as they are, in either message. */
export const KEPT_HEADERS = {
  request: ["x-request-id", "x-repeat", "x-split"],
  response: ["x-answer", "x-split"],
};

/**
 * Whether an exchange of a cell's processes is one of its own: a proxy is a server, too, when it is looked at as a client. Of others each
 * exchange is one, in whichever role the agent tells it.
 */
export const ofTheCell =
  (cell: Cell, starters: Partial<Record<string, Starters>>) =>
  ({ role }: ExchangeItem): boolean =>
    role === cell.role || cell.role === "server" || starters[cell.row.id]?.client !== "proxy";

/** Everything that is compared of one exchange; addresses and ports are a socket's, seen from the program under test. */
export interface Comparable {
  path: string;
  role: string;
  source: unknown;
  scheme: unknown;
  method: unknown;
  status: unknown;
  local: string;
  peer: string;
  requestSize: unknown;
  responseSize: unknown;
  query: unknown;
  headers: Record<string, readonly string[]>;
}

export const UNKNOWN_END = "unknown";
const FINGERPRINT = /^fp:[0-9a-f]{8}:[0-9a-f]{32}$/;

/** What an exchange of a cell has to look like, as the other end saw it. */
export function expectedOf({ role, link }: Cell, { source }: Captured, traffic: CellTraffic): Comparable[] {
  return traffic.truth.map((truth) => {
    const ends = { server: `127.0.0.1:${traffic.serverPort}`, client: `127.0.0.1:${truth.clientPort}` };
    return {
      path: truth.path,
      role,
      source,
      scheme: link === "tls" ? "https" : "http",
      method: truth.method,
      status: truth.status,
      local: ends[role],
      peer: ends[role === "server" ? "client" : "server"],
      requestSize: truth.request.size,
      responseSize: truth.response.size,
      query: undefined,
      headers: expectedHeaders(truth),
    };
  });
}

function expectedHeaders({ request, response }: WireTruth): Comparable["headers"] {
  const headers: Record<string, readonly string[]> = {};
  const add = (name: string, values: readonly string[]) => {
    if (values.length > 0) headers[name] = values;
  };
  for (const name of KEPT_HEADERS.request) add(`request.${name}`, valuesOf(request, name));
  for (const name of KEPT_HEADERS.response) add(`response.${name}`, valuesOf(response, name));
  add(
    "request.authorization",
    valuesOf(request, "authorization").map(() => "fp"),
  );
  add(
    "request.cookie",
    valuesOf(request, "cookie").map((value) => `present::${value.length}`),
  );
  return headers;
}

export const valuesOf = ({ headers }: WireMessage, wanted: string): string[] =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value);

/** The same of an exchange as the agent tells it. */
export function comparable({ role, attributes }: ExchangeItem): Comparable {
  const headers: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(attributes)) {
    const short = /^http\.((?:request|response)\.)header(?=\.)\.(.*)$/.exec(name);
    if (short)
      headers[`${short[1]}${short[2]}`] = (values as string[]).map((value) =>
        value.replace(FINGERPRINT, "fp"),
      );
  }
  const end = (which: "local" | "peer") => {
    const address = attributes[`network.${which}.address`];
    const port = attributes[`network.${which}.port`];
    return address === undefined && port === undefined ? UNKNOWN_END : `${address}:${port}`;
  };
  return {
    path: String(attributes["url.path"]),
    role,
    source: attributes["capture.source"],
    scheme: attributes["url.scheme"],
    method: attributes["http.request.method"],
    status: attributes["http.response.status_code"],
    local: end("local"),
    peer: end("peer"),
    requestSize: attributes["http.request.size"],
    responseSize: attributes["http.response.size"],
    query: attributes["url.query"],
    headers,
  };
}

/**
 * What is expected where programs were there first: of TLS, the first exchange of a kept connection may be without addresses where its
 * row says so, and is as it should be otherwise.
 */
export function withoutFirst(
  { row, role, link }: Cell,
  found: Comparable[],
  expected: Comparable[],
): Comparable[] {
  if (link === "clear") return expected;
  const mayLackAddress = row.learnsAddress?.includes(role);
  return expected.map((each) => {
    const told = found.find(({ path }) => path === each.path);
    const mayLack = mayLackAddress && each.path.includes("/first/");
    const lacksAddress = mayLack && told?.local === UNKNOWN_END && told.peer === UNKNOWN_END;
    return lacksAddress ? { ...each, local: UNKNOWN_END, peer: UNKNOWN_END } : each;
  });
}
