import type { Link } from "./server-files.js";

/** What a cell has to come to: captured from this source, or not, and why, in coverage's words. */
export type Expectation = Captured | { notYet: string };

export interface Captured {
  /** `capture.source` */
  source: string;
}

/** One program of the matrix, and what is expected of it. */
export interface Declared {
  id: string;
  title: string;
  /**
   * Its TLS touches no socket of its own, which is known by the order of calls (docs/decisions/0017): in this role the first exchange on a
   * connection that is older than the agent may be without addresses.
   */
  learnsAddress?: readonly Role[];
  /**
   * Its TLS is neither in a library that the loader's cache names nor has the agent seen it before: probes come within a second of
   * its first run, not before it.
   */
  foundWhenRun?: boolean;
  server?: Record<Link, Expectation>;
  client?: Record<Link, Expectation>;
}

export type Role = "server" | "client";

const inClear = { source: "socket" };
const openssl = { source: "openssl" };
const both = (tls: Expectation, clear: Expectation = inClear) => ({
  server: { tls, clear },
  client: { tls, clear },
});
/** A library on memory BIOs, or on BIOs of the program's own. */
const onOwnBios = (tls: Expectation) => ({ ...both(tls), learnsAddress: ["server"] }) as const;

/** The matrix, as docs/coverage.md prints it and test/e2e/program-matrix finds it. */
export const MATRIX: readonly Declared[] = [
  { id: "nginx", title: "nginx", ...both(openssl) },
  { id: "apache", title: "Apache httpd", ...onOwnBios(openssl) },
  {
    id: "caddy",
    title: "Caddy",
    ...both({ source: "go" }),
    foundWhenRun: true,
  },
  {
    id: "node-inside",
    title: "Node 20 (OpenSSL inside)",
    ...onOwnBios(openssl),
    foundWhenRun: true,
  },
  { id: "node-shared", title: "Node 20 of Debian 13 (shared OpenSSL)", ...onOwnBios(openssl) },
  { id: "node-24", title: "Node 24 (OpenSSL inside)", ...onOwnBios(openssl), foundWhenRun: true },
  {
    id: "bun",
    title: "Bun 1.4.5 (BoringSSL inside, no symbols)",
    ...onOwnBios({ source: "boringssl" }),
    foundWhenRun: true,
  },
  { id: "python-blocking", title: "Python (blocking)", ...both(openssl) },
  { id: "python-asyncio", title: "Python (asyncio)", ...onOwnBios(openssl) },
  { id: "curl", title: "curl", client: { tls: openssl, clear: inClear } },
  { id: "wget", title: "wget", client: { tls: { source: "gnutls" }, clear: inClear } },
  {
    id: "boringssl",
    title: "C on BoringSSL",
    ...both({ source: "boringssl" }),
    foundWhenRun: true,
  },
];

/** One field of the matrix. */
export interface Cell {
  row: Declared;
  role: Role;
  link: Link;
  expected: Expectation;
  /** of paths and messages: `nginx-server-tls` */
  name: string;
}

export const CELLS: readonly Cell[] = MATRIX.flatMap((row) =>
  (["server", "client"] as const).flatMap((role) =>
    (["tls", "clear"] as const).flatMap((link) => {
      const expected = row[role]?.[link];
      return expected ? [{ row, role, link, expected, name: `${row.id}-${role}-${link}` }] : [];
    }),
  ),
);

/** The cells whose program runs on this host. @param starters by row */
export const cellsHere = (starters: Partial<Record<string, unknown>>): Cell[] =>
  CELLS.filter(({ row }) => starters[row.id] !== undefined);
