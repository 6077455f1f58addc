import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LibraryScan } from "@masthead/agent/attach/libraries/library-scan";
import { LibraryTable } from "@masthead/agent/attach/libraries/library-table";
import { type CaptureSession, openSession } from "@masthead/agent/capture/native-session";
import { standingTracepoints } from "@masthead/agent/capture/tracepoint-plans";
import { benchSettings } from "./settings.js";

const SOURCE = fileURLToPath(new URL("../empty-probes.bpf.c", import.meta.url));

/** What stands now, and how to take it away. */
export interface EmptyProbes {
  detach(): void;
  /** for people: what stands where */
  readonly words: string;
}

/** Builds the empty programs into `folder`. @returns the object's path */
export const buildEmptyProbes = (folder: string): string => {
  const object = join(folder, "empty-probes.bpf.o");
  const machine = execFileSync("clang", ["-print-multiarch"], { encoding: "utf8" }).trim();
  execFileSync("clang", [
    ...["--target=bpf", "-g", "-O2", "-idirafter", `/usr/include/${machine || `${process.arch}-linux-gnu`}`],
    ...["-Wno-unknown-attributes", "-c", SOURCE, "-o", object],
  ]);
  return object;
};

/** @throws Error where this kernel takes fewer of the empty programs than it takes of the agent's */
const openEmpty = (objectPath: string): CaptureSession => {
  const { readsClearText: clearText, tlsSeenAt: seenAt } = benchSettings();
  const session = openSession({ objectPath, clearText, seenAt });
  const [lacking] = session.info.absent;
  if (lacking === undefined) return session;
  session.close();
  throw new Error(`the empty program ${lacking.program} is not loaded: ${lacking.reason}`);
};

const tracepointsOf = ({ info }: CaptureSession): string =>
  `tracepoints ${standingTracepoints(info.programs).join(", ")}`;

/** Attaches empty programs to the tracepoints that the agent uses, and to nothing else. */
export const attachEmptyTracepoints = (objectPath: string): EmptyProbes => {
  const session = openEmpty(objectPath);
  return { detach: () => session.close(), words: tracepointsOf(session) };
};

/**
 * Attaches empty programs where the agent attaches its own for this process: same session, same look at what the process
 * maps, same choice of link and sites, same tracepoints.
 */
export const attachEmptyProbes = (objectPath: string, pid: number): EmptyProbes => {
  const session = openEmpty(objectPath);
  const table = new LibraryTable(session);
  const detach = () => {
    table.close();
    session.close();
  };
  new LibraryScan(table).look(pid);
  const [library] = table.of(pid);
  if (!library || library.failure !== undefined) {
    detach();
    throw new Error(`no probe stands for process ${pid}: ${library?.failure ?? "it maps no TLS library"}`);
  }
  const sites = library.sites.map(({ symbol, inner, cost }) => `${symbol}${inner ? " (inner)" : ""} ${cost}`);
  return {
    detach,
    words: `${library.path}, link ${library.link}: ${sites.join(", ")}; ${tracepointsOf(session)}`,
  };
};
