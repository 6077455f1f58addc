import type { CellTraffic } from "./cell-run.js";
import { valuesOf } from "./compare.js";
import { FRESH_CONNECTIONS, KEPT_CONNECTIONS, REQUESTS } from "./plan.js";
import type { WireTruth } from "./wire-truth.js";

/** What is wrong with the traffic itself, so that a cell cannot be right because little was asked of it. Empty: nothing. */
export function trafficFaults({ truth }: CellTraffic): string[] {
  const faults: string[] = [];
  const ask = (what: string, holds: boolean) => {
    if (!holds) faults.push(what);
  };
  const has = (name: string, values: number, which: "request" | "response") =>
    truth.some((each) => valuesOf(each[which], name).length === values);
  const fresh = truth.filter(({ path }) => path.includes("/fresh/"));
  const kept = truth.filter((each) => !fresh.includes(each));
  ask(`${REQUESTS} requests, not ${truth.length}`, truth.length === REQUESTS);
  ask(
    "each answered with 200",
    truth.every(({ status }) => status === 200),
  );
  ask("fresh connections", connections(fresh) === FRESH_CONNECTIONS);
  // A proxy may keep as many as it likes.
  ask("kept connections", connections(kept) <= KEPT_CONNECTIONS);
  ask("a header that repeats", has("x-answer", 2, "response"));
  ask("a chunked body", has("transfer-encoding", 1, "response"));
  ask("a body of known length", has("content-length", 1, "response"));
  return faults;
}

const connections = (exchanges: WireTruth[]): number =>
  new Set(exchanges.map(({ clientPort }) => clientPort)).size;
