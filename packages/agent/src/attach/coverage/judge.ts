import { reasonCode } from "@masthead/shared/wire/coverage-reasons";
import { COVERAGE_NOTES_MAX, type CoverageEntry } from "@masthead/shared/wire/heartbeat";
import type { Library } from "../libraries/library-probes.js";
import type { ScannedProcess } from "../libraries/library-scan.js";
import { errnoWords } from "../processes/system-error.js";
import type { Descriptors } from "./descriptors.js";
import { note, reason } from "./reason.js";

/** Whether the policies in force ask about a program: `unknown` where none is in force yet. */
export type Asked = "asked" | "not_asked" | "unknown";

/** All that is known of a process when it is judged. */
export interface ProcessFacts {
  /** why nothing on the host is captured, as a reason */
  hostRefusal: string | undefined;
  asked: Asked;
  /** nothing is captured of what it runs, for the budget's sake */
  isSuspended: boolean;
  descriptors: Descriptors;
  scanned: ScannedProcess;
  /** the captured ones first */
  libraries: readonly Library[];
  /** why the program's file says that it is not captured; asked only where no library is */
  program: () => string | undefined;
  /** TLS inside libraries whose names say nothing of it; asked only where the process is captured as far as it can be */
  libraryTls: () => readonly string[];
  /** connections that spoke HTTP/2 */
  http2: number;
  /** HTTP in clear is read, from system calls */
  readsClearText: boolean;
}

export type Judgement = Pick<CoverageEntry, "state" | "runtime" | "link" | "site" | "reason" | "notes">;

/** Captured and how, or not and why; and what more is to be known. */
export function judge(facts: ProcessFacts): Judgement {
  const outside = outsideReason(facts);
  const inLibraries = outside === undefined ? facts.libraryTls() : [];
  const { notes: [...before] = [], ...state } =
    outside === undefined ? stateOf(facts, inLibraries) : notCaptured(outside);
  const notes = [...before, ...notesOf(facts, inLibraries)].slice(0, COVERAGE_NOTES_MAX);
  return { ...state, ...(notes.length > 0 && { notes }) };
}

function stateOf(facts: ProcessFacts, inLibraries: readonly string[]): Judgement {
  const [library] = facts.libraries;
  if (library && library.failure === undefined) return { state: "captured", ...means(library) };
  const tls = tlsReason(facts, library);
  if (tls === undefined) return withoutTls(facts, inLibraries);
  const isReadInClear = facts.readsClearText && reasonCode(tls) !== "of_32_bits";
  return { ...notCaptured(tls), ...(isReadInClear && { notes: [note("clear_text")] }) };
}

const notCaptured = (why: string): Judgement => ({ state: "not_captured", reason: why });

/** Whatever the process does, it is not captured. First what leaves open whether it has a socket at all. */
function outsideReason({
  hostRefusal,
  descriptors,
  scanned,
  asked,
  isSuspended,
}: ProcessFacts): string | undefined {
  if (descriptors.refused !== undefined)
    return reason("permission", `its descriptors: ${errnoWords(descriptors.refused)}`);
  if (hostRefusal !== undefined) return hostRefusal;
  if (scanned.unreadable !== undefined)
    return reason("permission", `its mappings: ${errnoWords(scanned.unreadable)}`);
  if (asked === "unknown") return reason("no_policy");
  if (asked === "not_asked") return reason("excluded_by_policy");
  if (isSuspended) return reason("suspended_by_budget");
  return descriptors.changing ? reason("changing") : undefined;
}

/** It has TLS, and that is not captured. */
function tlsReason({ scanned, program }: ProcessFacts, failed: Library | undefined): string | undefined {
  if (failed?.failure !== undefined)
    return reason(failed.isUnknownBuild ? "unknown_build" : "attach_failed", failed.failure);
  const [missed] = scanned.missed;
  if (missed) {
    const code = missed.deleted ? "library_replaced" : "attach_failed";
    return reason(code, `${missed.name}: ${missed.why}`);
  }
  const ofProgram = program();
  if (ofProgram !== undefined) return ofProgram;
  return scanned.otherTls.length > 0 ? reason("unsupported_tls", scanned.otherTls.join(", ")) : undefined;
}

/** What becomes of a process that speaks no TLS, as far as names and its program tell. That it does by what is in its libraries, notes say. */
function withoutTls({ readsClearText }: ProcessFacts, inLibraries: readonly string[]): Judgement {
  if (readsClearText) return { state: "captured", runtime: "socket", link: "tracepoint" };
  return notCaptured(reason(inLibraries.length > 0 ? "unsupported_tls" : "no_tls_library"));
}

function notesOf(
  { http2, descriptors, scanned, libraries }: ProcessFacts,
  inLibraries: readonly string[],
): string[] {
  const [captured, ...further] = libraries;
  const isCaptured = captured !== undefined && captured.failure === undefined;
  const mayBeQuic = descriptors.hasHttpsOverUdp || (descriptors.hasUdp && scanned.hasQuic);
  return [
    ...(http2 > 0 ? [note("http2", `${http2} ${http2 === 1 ? "connection" : "connections"}`)] : []),
    ...(mayBeQuic ? [note("quic", quicDetails(descriptors))] : []),
    ...(descriptors.ktls > 0 ? [note("ktls", `${descriptors.ktls} in its network namespace`)] : []),
    ...(descriptors.hasIoUring ? [note("io_uring")] : []),
    ...unsupported([...(isCaptured ? scanned.otherTls : []), ...inLibraries]),
    ...further.flatMap(({ path, failure }) =>
      isCaptured && failure !== undefined ? [note("attach_failed", `${path}: ${failure}`)] : [],
    ),
  ];
}

const unsupported = (names: readonly string[]): string[] =>
  names.length > 0 ? [note("unsupported_tls", names.join(", "))] : [];

const quicDetails = ({ hasHttpsOverUdp }: Descriptors): string =>
  hasHttpsOverUdp ? "a UDP socket at port 443" : "a UDP socket, and a library that speaks it";

/** The runtime, the link and the dearer of its sites, as the heartbeat names them. */
function means(library: Library): Pick<CoverageEntry, "runtime" | "link" | "site"> {
  const calls = library.sites.filter((site) => site.kind !== "entry");
  return {
    ...(library.runtime && { runtime: library.runtime }),
    link: `uprobe_${library.link}`,
    site: calls.every((site) => site.cost === "emulated") ? "emulated" : "single_step",
  };
}
