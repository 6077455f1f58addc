import { type ExchangeItem, exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import { Cleanup } from "../cleanup.js";
import { doctorCoverage } from "../doctor.js";
import type { Program } from "../program.js";
import { startTrace, tracing } from "../trace.js";
import { until } from "../until.js";
import { type BegunCell, beginCell, type CellTraffic } from "./cell-run.js";
import { type Cell, cellsHere, type Declared, MATRIX } from "./declared.js";
import { untilKnown } from "./known-program.js";
import { matrixPolicy } from "./matrix-policy.js";
import { type RawServers, startRawServers } from "./raw-servers.js";
import type { AllStarters } from "./rows.js";

/** `agent`: the agent traces before a program of the matrix runs; `programs`: all run and have connections open before it starts. */
export type First = "agent" | "programs";

export interface CellResult {
  traffic: CellTraffic;
  /** what the agent told of the program's processes */
  items: ExchangeItem[];
  /** of its processes, while it ran; looked at where programs are first */
  coverage: CoverageEntry[];
}

export interface PassResult {
  /** by the cell's name; what went wrong with its program, where that is so */
  cells: Map<string, CellResult | Error>;
  /** all that the agent printed */
  output: string;
  /** its last words */
  account: string;
}

/** Each row has programs and paths of its own, and waits more than it works. */
const ROWS_AT_ONCE = 3;

interface PassGround {
  cleanup: Cleanup;
  raw: RawServers;
  /** of all paths */
  prefix: string;
  starters: AllStarters;
}
interface Run {
  trace: Program;
  traffic: Map<string, CellTraffic | Error>;
  coverage: CoverageEntry[];
}

/** Runs every cell under one agent. Everything that it started has ended when it resolves. */
export async function runPass(starters: AllStarters, prefix: string, first: First): Promise<PassResult> {
  const cleanup = new Cleanup();
  try {
    const raw = await startRawServers(cleanup);
    const run = await (first === "agent" ? agentFirst : programsFirst)({ cleanup, raw, prefix, starters });
    await run.trace.stop("SIGINT");
    return resultOf(run);
  } finally {
    await cleanup.run();
  }
}

async function agentFirst(ground: PassGround): Promise<Run> {
  const { cleanup, starters } = ground;
  const trace = startTrace(cleanup, matrixPolicy(Object.values(starters)));
  await tracing(trace);
  const traffic: Run["traffic"] = new Map();
  const rows = [...MATRIX];
  const runRows = async () => {
    for (let row = rows.shift(); row; row = rows.shift()) await runRow(row, { ...ground, trace }, traffic);
  };
  await Promise.all(Array.from({ length: ROWS_AT_ONCE }, runRows));
  return { trace, traffic, coverage: [] };
}

/** The cells of a row, one after the other. Everything that they started has ended when it resolves. */
async function runRow(
  row: Declared,
  { trace, ...ground }: PassGround & Pick<Run, "trace">,
  traffic: Run["traffic"],
): Promise<void> {
  const { prefix, starters } = ground;
  const around = new Cleanup();
  await untilKnown(row, starters[row.id], { trace, prefix, cleanup: around });
  for (const cell of cellsHere(starters).filter((each) => each.row === row)) {
    const own = new Cleanup();
    const run = async () => (await begin(cell, { ...ground, cleanup: own }, false)).go();
    traffic.set(cell.name, await settled(cell, run()));
    await own.run();
  }
  await around.run();
}

async function programsFirst(ground: PassGround): Promise<Run> {
  const { cleanup, raw, starters } = ground;
  const begun = new Map<Cell, BegunCell | Error>();
  for (const cell of cellsHere(starters)) begun.set(cell, await settled(cell, begin(cell, ground, true)));
  const coverage = await doctorCoverage(cleanup);
  const trace = startTrace(cleanup, matrixPolicy(Object.values(starters)));
  await tracing(trace);
  for (const program of Object.values(raw.program)) program.send("go");
  const traffic: Run["traffic"] = new Map();
  for (const [cell, each] of begun) {
    traffic.set(cell.name, each instanceof Error ? each : await settled(cell, each.go()));
  }
  return { trace, traffic, coverage };
}

const begin = (cell: Cell, { starters, ...ground }: PassGround, open: boolean): Promise<BegunCell> =>
  beginCell(cell, starters[cell.row.id] ?? { executables: [] }, { ...ground, open });

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

function resultOf({ trace, traffic, coverage }: Run): PassResult {
  const items = trace.lines.map((line) => exchangeItemSchema.parse(JSON.parse(line)));
  const cells = new Map<string, CellResult | Error>();
  for (const [name, each] of traffic) {
    if (each instanceof Error) {
      cells.set(name, each);
      continue;
    }
    const pids = new Set<unknown>(each.pids);
    cells.set(name, {
      traffic: each,
      items: items.filter(({ attributes }) => pids.has(attributes["process.pid"])),
      coverage: coverage.filter(({ pid }) => pids.has(pid)),
    });
  }
  const output = [...trace.lines, trace.errors()].join("\n");
  return { cells, output, account: trace.errors().trimEnd().split("\n").at(-1) ?? "" };
}
