import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LibraryTable } from "@masthead/agent/attach/libraries/library-table";
import { mappedLibraries } from "@masthead/agent/attach/libraries/mapped-libraries";
import { openSession } from "@masthead/agent/capture/native-session";

const SOURCE = fileURLToPath(new URL("../empty-probes.bpf.c", import.meta.url));

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

/**
 * Attaches empty programs where the agent attaches its own for this process: same session, same choice of link and sites, same
 * tracepoints.
 * @returns how to take them away, and what they stand on
 */
export const attachEmptyProbes = (objectPath: string, pid: number): { detach(): void; words: string } => {
  const session = openSession({ objectPath });
  const table = new LibraryTable(session);
  const detach = () => {
    table.close();
    session.close();
  };
  const libraries = mappedLibraries(pid).libraries.map(({ path }) => table.sight(path, { pid }));
  const [library = { unsighted: "it maps no libssl" }] = libraries;
  if ("unsighted" in library || library.failure !== undefined) {
    detach();
    const why = "unsighted" in library ? library.unsighted : library.failure;
    throw new Error(`no probe stands for process ${pid}: ${why}`);
  }
  const sites = library.sites.map(({ symbol, inner, cost }) => `${symbol}${inner ? " (inner)" : ""} ${cost}`);
  return { detach, words: `${library.path}, link ${library.link}: ${sites.join(", ")}` };
};
