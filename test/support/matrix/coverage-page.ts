import { CELLS, type Cell, type Declared, type Expectation, MATRIX } from "./declared.js";
import type { CellResult } from "./pass.js";
import { FRESH_CONNECTIONS, KEPT_CONNECTIONS, REQUESTS, REQUESTS_EACH } from "./plan.js";

/** What was seen of each cell: how the agent tells of it, or coverage's reason why it does not. */
export type CellWords = Map<Cell, string>;

/** Of the cells that ran what was found, of the others what is declared. @param resultsOf a cell's, one a pass */
export function wordsOf(ran: readonly Cell[], resultsOf: (cell: Cell) => CellResult[]): CellWords {
  return new Map(
    CELLS.map((cell) => [
      cell,
      ran.includes(cell) ? observed(cell, resultsOf(cell)) : declared(cell.expected),
    ]),
  );
}

function observed(cell: Cell, results: readonly CellResult[]): string {
  const words = results.map(({ items }) =>
    items
      .filter(({ role }) => role === cell.role)
      .map(({ attributes }) => captured(String(attributes["capture.source"]))),
  );
  const reasons = results.flatMap(({ coverage }) => coverage).flatMap(({ reason }) => reason ?? []);
  return [...new Set(words.flatMap((each) => (each.length > 0 ? each : reasons.map(notCaptured))))].join(
    "; ",
  );
}

const declared = (expected: Expectation): string =>
  "notYet" in expected ? notCaptured(expected.notYet) : captured(expected.source);

const captured = (source: string): string => `\`${source}\``;
const notCaptured = (reason: string): string => `not captured: \`${reason}\``;

/** The table alone, which the README has, too. */
export function coverageTable(words: CellWords): string {
  const field = (row: Declared, role: Cell["role"], link: Cell["link"]): string => {
    const cell = CELLS.find((each) => each.row === row && each.role === role && each.link === link);
    return cell ? (words.get(cell) ?? "") : "";
  };
  return [
    "| program | server, TLS | server, clear | client, TLS | client, clear |",
    "|---|---|---|---|---|",
    ...MATRIX.map(
      (row) =>
        `| ${row.title} | ${field(row, "server", "tls")} | ${field(row, "server", "clear")} | ` +
        `${field(row, "client", "tls")} | ${field(row, "client", "clear")} |`,
    ),
  ].join("\n");
}

const titles = (rows: readonly Declared[]): string => rows.map(({ title }) => title).join(", ");

/** docs/coverage.md */
export const coveragePage = (words: CellWords): string =>
  `# Coverage

Real programs, and what the agent tells of them. Printed by \`test/e2e/program-matrix.test.ts\` from what it finds, and compared by it each
time; \`npx vitest run --project alone test/e2e/program-matrix.test.ts -u\` prints it anew. What a host of yours is captured of, and why
not the rest, says \`npx masthead-agent doctor\`.

${coverageTable(words)}

A field names the source of the exchanges (\`capture.source\`), or [coverage's reason](coverage-reasons.md) why there are none. nginx, Apache httpd and Caddy are clients as
reverse proxies. A program that is not on the testing host stands there as it is expected.

## What is compared

Each field is ${REQUESTS} requests of one program: ${KEPT_CONNECTIONS * REQUESTS_EACH} over keep-alive connections and ${FRESH_CONNECTIONS} over fresh ones, with
bodies of known length, chunked ones and files sent with \`sendfile\`, and with heads that come in pieces, each of them read before the next is sent.
The other end, which is not the program under test, says what was on the wire. The agent has to say the same: as many exchanges, not one
more; role, method, path, status, sizes to the byte, both addresses and ports, every value of headers that are kept, a repeated one and one that was split included;
credentials as fingerprints or as present. Canaries stand in credentials, cookies, the query, headers that no rule names and bodies: none may be in
anything that the agent prints.

All of it is done twice: with the agent there first, and with all programs there first, each with connections open and used, and some of them waiting in a read. Both are exact. But for one
thing: TLS on memory BIOs, or on BIOs of the program's own, has no socket that is to be seen, which is known by the order of calls (\`capture.socket_tie\`), so that the first exchange on a connection that is older than the
agent may be without addresses of servers (${titles(MATRIX.filter(({ learnsAddress }) => learnsAddress?.includes("server")))}).

In the first, programs that the agent has no probes for before they run (${titles(MATRIX.filter(({ foundWhenRun }) => foundWhenRun))}) are
counted from when it knows them, which is within a second of the first one's start: their TLS is in the executable, or in a library that the loader's cache does not name.
`;
