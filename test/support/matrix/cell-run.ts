import type { Cleanup } from "../cleanup.js";
import type { Program } from "../program.js";
import { until } from "../until.js";
import type { Cell } from "./declared.js";
import { KEPT_CONNECTIONS, type Opening, planFor, REQUESTS } from "./plan.js";
import { rawPlan, startRawClient } from "./raw-client.js";
import type { RawServers } from "./raw-servers.js";
import type { Starters } from "./rows.js";
import { truthIn, type WireTruth } from "./wire-truth.js";

/** What a cell did, as its other end saw it. */
export interface CellTraffic {
  truth: WireTruth[];
  /** the port that was connected to */
  serverPort: number;
  /** of the program under test */
  pids: number[];
}

/** A cell whose connections stand; `go` makes its requests. */
export interface BegunCell {
  readonly cell: Cell;
  /** of the program under test, now */
  pids(): number[];
  go(): Promise<CellTraffic>;
}

interface Ground {
  cleanup: Cleanup;
  raw: RawServers;
  /** of all paths of this run */
  prefix: string;
  /** connections are opened, and used once, before `go` */
  open: boolean;
}

/** Starts the program of a cell and its other end. */
export const beginCell = (cell: Cell, starters: Starters, ground: Ground): Promise<BegunCell> => {
  const prefix = `${ground.prefix}/${cell.name}`;
  if (cell.role === "server" || starters.client === "proxy")
    return beginDriven(cell, starters, { ...ground, prefix });
  return beginClient(cell, starters, { ...ground, prefix });
};

/** A server or a proxy, which the raw client drives. */
async function beginDriven(cell: Cell, { server }: Starters, ground: Ground): Promise<BegunCell> {
  const { cleanup, raw, prefix, open } = ground;
  const { link } = cell;
  if (!server) throw new Error(`${cell.name}: nothing starts it`);
  const upstream = cell.role === "client" ? raw.port[link] : undefined;
  const running = await server(cleanup, link, upstream);
  const driver = startRawClient(cleanup, running.port, link);
  const begin = () => driver.send(rawPlan(planFor(prefix, open ? "before" : undefined), running.port, open));
  if (open) {
    begin();
    await driver.line((line) => line === "open");
  }
  return {
    cell,
    pids: running.pids,
    async go() {
      if (open) driver.send("go");
      else begin();
      await driver.finish();
      const truth =
        upstream === undefined
          ? truthIn(driver.lines, prefix)
          : await rawServerTruth(raw.program[link], prefix);
      return { truth, serverPort: upstream ?? running.port, pids: running.pids() };
    },
  };
}

/** A client, which talks to the raw server. */
async function beginClient(cell: Cell, { client }: Starters, ground: Ground): Promise<BegunCell> {
  const { cleanup, raw, prefix, open } = ground;
  const { link } = cell;
  if (!client || client === "proxy") throw new Error(`${cell.name}: nothing starts it`);
  const opening: Opening | undefined = open ? "held" : undefined;
  const start = () => client(cleanup, link, raw.port[link], planFor(prefix, opening));
  const begun = open ? start() : undefined;
  const held = () => raw.program[link].lines.filter((line) => line.startsWith(`held ${prefix}/`)).length;
  if (begun) await until(`${cell.name}: its requests`, () => held() === KEPT_CONNECTIONS);
  return {
    cell,
    pids: () => begun?.pids() ?? [],
    async go() {
      const running = begun ?? start();
      await running.ended;
      const truth = await rawServerTruth(raw.program[link], prefix);
      return { truth, serverPort: raw.port[link], pids: running.pids() };
    },
  };
}

const rawServerTruth = (server: Program, prefix: string): Promise<WireTruth[]> =>
  until(`what the server knows of ${prefix}`, () => {
    const truth = truthIn(server.lines, prefix);
    return truth.length >= REQUESTS && truth;
  });
