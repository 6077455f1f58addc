import { LibraryScan } from "@masthead/agent/attach/libraries/library-scan";
import { LibraryTable } from "@masthead/agent/attach/libraries/library-table";
import type { FoundExecutable } from "@masthead/agent/capture/executable-search";
import { LibbpfSession } from "@masthead/agent/capture/native-libbpf-session";
import type { ProbeSite } from "@masthead/agent/capture/native-session";
import { loadPrograms } from "@masthead/agent/capture/object-builds";
import { writeConstantTables } from "@masthead/agent/capture/policy-constants";
import { PolicyTables } from "@masthead/agent/capture/policy-tables";
import { standingTracepoints } from "@masthead/agent/capture/tracepoint-plans";
import { missCalls } from "@masthead/agent/testing/missed-calls";
import { parseFingerprintKey } from "@masthead/shared/policy/fingerprint";
import type { Cleanup } from "../../support/cleanup.js";
import { setOf } from "./bench-fleet.js";
import type { Attach } from "./server-turns.js";
import { benchSettings } from "./settings.js";
import { benchPolicy } from "./traced-agent.js";

/** All programs of an object, loaded once, and attached as often as it takes. */
export interface LoadedPrograms {
  readonly session: LibbpfSession;
  /** Attaches those that all system calls of the host pass. @returns what detaches them */
  attachSystemCalls(): () => void;
  /** Finds where all stand that see this process, as the agent has it: probes on its TLS library, and tracepoints. @returns what attaches them, and returns what detaches them */
  attachTo(pid: number): Attach;
  close(): Promise<void>;
}

const RING_READ_EVERY_MS = 40;
const HANDOFF_BYTES = 4 * 1024 * 1024;
const SYSTEM_CALLS = /^system_call_/;

/** Where the agent puts probes to see this process. To find that takes seconds of a large executable. */
const sitesOf = (session: LibbpfSession, pid: number): ProbeSite[] => {
  const sites: ProbeSite[] = [];
  const attach = session.attachUprobe.bind(session);
  session.attachUprobe = (site) => {
    sites.push(site);
    return attach(site);
  };
  const table = new LibraryTable(session);
  new LibraryScan(table).look(pid);
  table.close();
  session.attachUprobe = attach;
  return sites;
};

export const loadAll = (
  cleanup: Cleanup,
  objectPath: string,
  prepare: (session: LibbpfSession) => void,
): LoadedPrograms => {
  const { readsClearText: clearText, tlsSeenAt: seenAt } = benchSettings();
  const loaded = loadPrograms({ objectPath, clearText, seenAt });
  const { session: native, programs } = loaded;
  const session = new LibbpfSession(loaded, RING_READ_EVERY_MS, HANDOFF_BYTES);
  cleanup.add(() => session.close());
  prepare(session);
  const attach = (names: readonly string[]) => {
    const links = names.map((name) => native.attachTracepoint(name));
    return () => native.detach(...links);
  };
  const systemCalls = programs.filter((name) => SYSTEM_CALLS.test(name));
  if (clearText && systemCalls.length !== 2) throw new Error(`not loaded: ${JSON.stringify(loaded.absent)}`);
  return {
    session,
    attachSystemCalls: () => attach(systemCalls),
    attachTo(pid) {
      const sites = sitesOf(session, pid);
      return async () => {
        const detach = attach(standingTracepoints(programs));
        const probes = sites.map((site) => session.attachUprobe(site));
        return async () => {
          session.detach(...probes);
          detach();
        };
      };
    },
    async close() {
      await session.stop();
      session.close();
    },
  };
};

/** As attachTo(), of programs that follow connections: these are told of the calls that were missed since the last time. */
export const attachFollowing = (programs: LoadedPrograms, pid: number): Attach => {
  const attach = programs.attachTo(pid);
  return () => {
    missCalls(programs.session);
    return attach();
  };
};

const KEY = await parseFingerprintKey("000102030405060708090a0b0c0d0e0f");

/** A policy is in force, and asks about this program. */
export const governed = (executable: FoundExecutable) => (session: LibbpfSession) => {
  writeConstantTables(session, KEY);
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [executable] });
  const result = tables.apply(setOf(benchPolicy(executable.path), 1));
  if (!result.ok) throw new Error(result.error);
  session.start(() => {});
};
