import type { Link } from "./server-files.js";

/** What a cell has to come to: captured from this source, or not, and why. */
export type Expectation = { source: string } | { notYet: string };

/** One program of the matrix, and what is expected of it. */
export interface Declared {
  id: string;
  title: string;
  /**
   * A read that waits when probes come is not seen (docs/decisions/0012): in this role the first exchange on a connection that is older
   * than the agent may be missing.
   */
  waitsInRead?: readonly Role[];
  server?: Record<Link, Expectation>;
  client?: Record<Link, Expectation>;
}

export type Role = "server" | "client";

const clear = { notYet: "clear text" };
const both = (tls: Expectation) => ({ server: { tls, clear }, client: { tls, clear } });
const openssl = { source: "openssl" };

/** The matrix, as docs/coverage.md prints it and test/e2e/program-matrix finds it. */
export const MATRIX: readonly Declared[] = [
  { id: "nginx", title: "nginx", ...both(openssl) },
  { id: "apache", title: "Apache httpd", ...both(openssl) },
  { id: "caddy", title: "Caddy", ...both({ notYet: "Go" }), waitsInRead: ["server", "client"] },
  {
    id: "node-inside",
    title: "Node 20, OpenSSL inside",
    ...both(openssl),
  },
  { id: "node-shared", title: "Node 20 of Debian 13, shared OpenSSL", ...both(openssl) },
  { id: "node-24", title: "Node 24, OpenSSL inside", ...both(openssl) },
  { id: "python-blocking", title: "Python, blocking", ...both(openssl), waitsInRead: ["server"] },
  { id: "python-asyncio", title: "Python, asyncio", ...both(openssl) },
  { id: "curl", title: "curl", client: { tls: openssl, clear } },
  { id: "wget", title: "wget", client: { tls: { source: "gnutls" }, clear } },
  { id: "boringssl", title: "C on BoringSSL", ...both({ source: "boringssl" }), waitsInRead: ["server"] },
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
