import { basename } from "node:path";
import { reasonCode } from "@masthead/shared/wire/coverage-reasons";
import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import { Attachment } from "../attach/attachment.js";
import type { CoverageReport } from "../attach/coverage/coverage.js";
import { refusedCoverage } from "../attach/coverage/refused-coverage.js";
import type { Library } from "../attach/libraries/library-probes.js";
import type { KnownBuilds } from "../attach/sites/known-builds.js";
import { type LinkOffer, linkOffers } from "../capture/native-programs.js";
import { type CaptureSession, openSession } from "../capture/native-session.js";
import { readsClearText } from "../capture/tracepoint-plans.js";
import { circumstances, usualLink } from "../privilege/circumstances.js";
import { type CapabilityLine, capabilityLines } from "./capability-report.js";
import type { Check } from "./check.js";
import { type HostFacts, hostChecks, hostFacts } from "./host-checks.js";

/** What `masthead-agent doctor --json` prints. */
export interface DoctorReport {
  canCapture: boolean;
  checks: Check[];
  capabilities: CapabilityLine[];
  /** kinds of link, best first; the first that is offered is used */
  links: LinkOffer[];
  programs: {
    loaded: string[];
    absent: { program: string; reason: string }[];
    /** the object that they are of, and others that are better for this kernel and were refused */
    objectPath?: string;
    refusedBuilds?: { objectPath: string; reason: string }[];
  };
  libraries: {
    path: string;
    link: string;
    processes: number;
    failure?: string;
    sites: { function: string; symbol: string; inner: boolean; offset: number; cost: string }[];
  }[];
  coverage: CoverageEntry[];
  /** processes beyond the bound of `coverage` */
  coverageOmitted: number;
}

const COVERAGE_ROUNDS_MAX = 32;

export interface DoctorOptions {
  objectPath: string;
  homeDirectory?: string;
  /** whether the agent is to read HTTP in clear, too */
  clearText?: boolean;
  /** those that come with the agent by default */
  knownBuilds?: KnownBuilds;
  facts?: HostFacts;
}

/**
 * Finds out by doing: loads the programs, attaches to the libraries that are there, looks at the processes, and takes all of it
 * away again. Nothing is captured, since no policy is in force. Takes a few seconds at most; never throws.
 */
export function examineHost(options: DoctorOptions): DoctorReport {
  const facts = options.facts ?? hostFacts();
  const given = circumstances(usualLink(facts.kernelRelease), options.homeDirectory);
  const report: DoctorReport = {
    ...{ canCapture: false, checks: hostChecks(facts, given), links: [] },
    capabilities: capabilityLines(facts.status, given),
    programs: { loaded: [], absent: [] },
    ...{ libraries: [], coverage: [], coverageOmitted: 0 },
  };
  try {
    report.links = linkOffers();
    report.checks.push(links(report.links));
    const session = openSession({
      objectPath: options.objectPath,
      ...(options.clearText === undefined ? {} : { clearText: options.clearText }),
    });
    try {
      examineSession(session, options, report);
    } finally {
      session.close();
    }
  } catch (error) {
    const found = words(error);
    report.checks.push({ name: "programs", status: "failed", found });
    tellCoverage(report, refusedCoverage(found, options.homeDirectory));
  }
  report.canCapture = report.checks.every((check) => check.status !== "failed");
  return report;
}

function examineSession(session: CaptureSession, options: DoctorOptions, report: DoctorReport): void {
  const { programs, absent, objectPath, refusedBuilds } = session.info;
  report.programs = { loaded: programs, absent, objectPath, refusedBuilds };
  report.checks.push(programsCheck(report.programs));
  const { homeDirectory, knownBuilds } = options;
  const attachment = new Attachment({
    session,
    ...(homeDirectory === undefined ? {} : { homeDirectory }),
    ...(knownBuilds && { knownBuilds }),
  });
  try {
    attachment.scan();
    report.libraries = attachment.libraries().map(libraryLine);
    report.checks.push(libraries(report.libraries));
    tellCoverage(report, () => attachment.coverage());
  } finally {
    attachment.stop();
  }
}

/** Reports until all was looked at: an agent spreads that over its heartbeats. */
function tellCoverage(report: DoctorReport, coverage: () => CoverageReport): void {
  for (let round = 0; round < COVERAGE_ROUNDS_MAX; round += 1) {
    const { entries, omitted, unread } = coverage();
    report.coverage = entries;
    report.coverageOmitted = omitted;
    const isWhole = entries.every((entry) => reasonCode(entry.reason ?? "") !== "not_read_yet");
    if (isWhole && omitted === 0 && unread === 0) return;
  }
}

function links(offers: LinkOffer[]): Check {
  const best = offers.find((offer) => offer.offered);
  if (!best) {
    const found = offers.map(({ kind, reason }) => `${kind}: ${reason}`).join("; ");
    return { name: "links", status: "failed", found, advice: "the kernel has to offer uprobes" };
  }
  const better = offers.slice(0, offers.indexOf(best)).map(({ kind, reason }) => `${kind}: ${reason}`);
  if (better.length === 0) return { name: "links", status: "ok", found: best.kind };
  return { name: "links", status: "note", found: `${best.kind} (${better.join("; ")})` };
}

function libraries(found: DoctorReport["libraries"]): Check {
  const name = "libraries";
  const failed = found.filter((library) => library.failure !== undefined);
  const dear = found.filter((library) => library.sites.some((site) => site.cost === "single_step"));
  if (found.length === 0) return { name, status: "note", found: "no TLS library on this host" };
  if (failed.length > 0)
    return { name, status: "limited", found: `${failed.length} of ${found.length} refused` };
  if (dear.length > 0) {
    const advice = "a call costs more there; the site is single-stepped";
    return { name, status: "note", found: `${dear.length} of ${found.length} without a cheap site`, advice };
  }
  return { name, status: "ok", found: `${found.length} probed, each at sites that the kernel emulates` };
}

function libraryLine(library: Library): DoctorReport["libraries"][number] {
  const { path, link, pids, failure } = library;
  const sites = library.sites.map(({ function: name, symbol, inner, offset, cost }) => ({
    ...{ function: name, symbol, inner, offset, cost },
  }));
  return { path, link, processes: pids.size, ...(failure === undefined ? {} : { failure }), sites };
}

function programsCheck({ loaded, absent, refusedBuilds = [] }: DoctorReport["programs"]): Check {
  const name = "programs";
  if (absent.length > 0) return { name, status: "limited", found: absent.map(lack).join("; ") };
  const found = `all ${loaded.length} loaded`;
  const [refused] = refusedBuilds;
  if (refused !== undefined) {
    const advice = `HTTP in clear costs some more than it could: ${basename(refused.objectPath)} was refused (${refused.reason})`;
    return { name, status: "note", found, advice };
  }
  if (readsClearText(loaded) || !loaded.includes("socket_syscall")) return { name, status: "ok", found };
  const advice =
    "the kernel is older than 6.3: addresses come from a tracepoint on every system call, which slows each by about 0.1 µs";
  return { name, status: "note", found, advice };
}

/** What went without, and what that means. */
function lack({ program, reason }: { program: string; reason: string }): string {
  const meaning: Record<string, string> = {
    socket_send: "addresses of sockets are not known, and no port target matches",
    socket_receive: "addresses of sockets are not known, and no port target matches",
  };
  return `${program}: ${meaning[program] ?? reason}`;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
