import { join } from "node:path";
import { ProcessTable } from "../processes/process-table.js";
import { SelfProcesses } from "../processes/self-processes.js";
import { Coverage, type CoverageReport } from "./coverage.js";

const NOTHING_SCANNED = { otherTls: [], hasQuic: false, missed: [] };

/**
 * The coverage of a host that lets nothing be captured: every process with a TCP socket, and why.
 * @param refusal in words
 * @param homeDirectory MASTHEAD_HOME, whose run/*.pid name Masthead's own processes
 */
export function refusedCoverage(refusal: string, homeDirectory: string | undefined): () => CoverageReport {
  const processes = new ProcessTable();
  const excluded = new Map<string, Uint8Array>();
  const self = new SelfProcesses(
    {
      updateTable: (map, key) => map === "excluded_processes" && excluded.set(key.join(), key),
      lookupTable: (_, key) => excluded.get(key.join()) ?? null,
      tableKeys: () => [...excluded.values()],
    },
    [process.pid],
    homeDirectory && join(homeDirectory, "run"),
  );
  const coverage = new Coverage({
    processOf: (pid) => processes.of(pid),
    isSelf: () => self.all(),
    asked: () => "asked",
    isSuspended: () => false,
    http2: () => 0,
    libraries: { of: () => [] },
    scan: { look: () => {}, of: () => NOTHING_SCANNED },
    builds: new Map(),
    readsClearText: false,
    refusal,
  });
  return () => {
    self.refresh();
    return coverage.report();
  };
}
