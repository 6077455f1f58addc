import { type ExchangeItem, exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { Cleanup } from "../cleanup.js";
import { makeCertificate } from "../https-servers.js";
import { type Program, startProgram } from "../program.js";
import { startTrace, tracing } from "../trace.js";
import { until } from "../until.js";
import { type BegunCell, beginCell, type CellTraffic, type RawServers } from "./cell-run.js";
import { KEPT_HEADERS } from "./compare.js";
import { CELLS, type Cell } from "./declared.js";
import type { Starters } from "./rows.js";
import type { Link } from "./server-files.js";
import { programFile } from "./servers.js";

/** `agent`: the agent traces before a program of the matrix runs; `programs`: all run and have connections open before it starts. */
export type First = "agent" | "programs";

export interface CellResult {
  traffic: CellTraffic;
  /** what the agent told of the program's processes */
  items: ExchangeItem[];
}

export interface PassResult {
  /** by the cell's name; what went wrong with its program, where that is so */
  cells: Map<string, CellResult | Error>;
  /** all that the agent printed */
  output: string;
  /** its last words */
  account: string;
}

type AllStarters = Partial<Record<string, Starters>>;

const keep = (names: readonly string[]) => names.map((name) => ({ name, action: "keep" }));
const policyFor = (starters: AllStarters) => ({
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name: "matrix" },
  spec: {
    targets: [...new Set(Object.values(starters).flatMap((each) => each?.executables ?? []))].map(
      (executable) => ({
        executable,
      }),
    ),
    headers: {
      request: [
        ...keep(KEPT_HEADERS.request),
        { name: "authorization", action: "fingerprint" },
        { name: "cookie", action: "presence" },
      ],
      response: keep(KEPT_HEADERS.response),
    },
  },
});

/** The cells whose program runs on this host. */
export const cellsHere = (starters: AllStarters): Cell[] => CELLS.filter(({ row }) => starters[row.id]);

/** Runs every cell under one agent. Everything that it started has ended when it resolves. */
export async function runPass(starters: AllStarters, prefix: string, first: First): Promise<PassResult> {
  const cleanup = new Cleanup();
  try {
    const raw = await startRawServers(cleanup);
    const run = first === "agent" ? agentFirst : programsFirst;
    const { trace, traffic } = await run({ cleanup, raw, prefix, starters });
    await trace.stop("SIGINT");
    return resultOf(trace, traffic);
  } finally {
    await cleanup.run();
  }
}

interface PassGround {
  cleanup: Cleanup;
  raw: RawServers;
  prefix: string;
  starters: AllStarters;
}
interface Run {
  trace: Program;
  traffic: Map<string, CellTraffic | Error>;
}

async function agentFirst({ cleanup, raw, prefix, starters }: PassGround): Promise<Run> {
  const trace = startTrace(cleanup, policyFor(starters));
  await tracing(trace);
  const traffic: Run["traffic"] = new Map();
  for (const cell of cellsHere(starters)) {
    const own = new Cleanup();
    const run = async () => (await begin(cell, { cleanup: own, raw, prefix, starters }, false)).go();
    traffic.set(cell.name, await settled(cell, run()));
    await own.run();
  }
  return { trace, traffic };
}

async function programsFirst(ground: PassGround): Promise<Run> {
  const { cleanup, raw, starters } = ground;
  const begun = new Map<Cell, BegunCell | Error>();
  for (const cell of cellsHere(starters)) begun.set(cell, await settled(cell, begin(cell, ground, true)));
  const trace = startTrace(cleanup, policyFor(starters));
  await tracing(trace);
  for (const program of Object.values(raw.program)) program.send("go");
  const traffic: Run["traffic"] = new Map();
  for (const [cell, each] of begun) {
    traffic.set(cell.name, each instanceof Error ? each : await settled(cell, each.go()));
  }
  return { trace, traffic };
}

const begin = (
  cell: Cell,
  { cleanup, raw, prefix, starters }: PassGround,
  open: boolean,
): Promise<BegunCell> =>
  beginCell(cell, starters[cell.row.id] ?? { executables: [] }, { cleanup, raw, prefix, open });

/** What came of it, an error as a value: the other cells run all the same. */
async function settled<T>(cell: Cell, promise: Promise<T>): Promise<T | Error> {
  let outcome: T | Error | undefined;
  promise.then(
    (value) => {
      outcome = value;
    },
    (error: Error) => {
      outcome = error;
    },
  );
  return until(`${cell.name} to end`, () => outcome).catch((error: Error) => error);
}

export async function startRawServers(cleanup: Cleanup): Promise<RawServers> {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const start = (link: Link) => {
    const program = startProgram("/usr/bin/python3", [
      programFile("raw-server.py"),
      ...(link === "tls" ? [certificate, key] : []),
    ]);
    cleanup.add(() => program.stop());
    return program;
  };
  const program = { tls: start("tls"), clear: start("clear") };
  return {
    program,
    port: { tls: Number(await program.tls.line()), clear: Number(await program.clear.line()) },
  };
}

function resultOf(trace: Program, traffic: Run["traffic"]): PassResult {
  const items = trace.lines.map((line) => exchangeItemSchema.parse(JSON.parse(line)));
  const cells = new Map<string, CellResult | Error>();
  for (const [name, each] of traffic) {
    if (each instanceof Error) cells.set(name, each);
    else {
      const pids = new Set<unknown>(each.pids);
      cells.set(name, {
        traffic: each,
        items: items.filter(({ attributes }) => pids.has(attributes["process.pid"])),
      });
    }
  }
  const output = [...trace.lines, trace.errors()].join("\n");
  return { cells, output, account: trace.errors().trimEnd().split("\n").at(-1) ?? "" };
}
