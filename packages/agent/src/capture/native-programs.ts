import { existsSync } from "node:fs";
import { release } from "node:os";
import { ATTACH_TYPE, type NativeSession, native, nativeAddon, type ProgramPlan } from "./native-addon.js";
import { errnoName, NativeError } from "./native-error.js";
import type { LinkKind, SessionOptions } from "./native-session.js";
import { type ReturnBy, usualReturnBy } from "./return-probes.js";
import { type SeenAt, usualSeenAt } from "./seen-at.js";

/**
 * Tracepoint programs: without the first three a process that lives 20 ms has no name, so they are required. `socket_syscall`
 * is for kernels without the two before it (before Linux 6.3). It and the two by which HTTP in clear is read, where that is wanted,
 * slow every system call of the host a little. The last two are attached while a policy asks for `arrival`.
 */
const TRACEPOINTS = {
  process_exec: "required",
  process_exit: "required",
  process_fork: "required",
  socket_send: "optional",
  socket_receive: "optional",
  socket_syscall: "instead",
  system_call_entry: "clear",
  system_call_return: "clear",
  arrival_note: "asked",
  arrival_take: "asked",
} as const;

/** What those of `clear` go on to: the map by which they find it, and its place there (bpf/include/tables.h). */
const FOLLOWED_CALLS = [
  { map: "followed_entries", at: 0, program: "socket_write_entry" },
  { map: "followed_entries", at: 1, program: "socket_close_entry" },
  { map: "followed_returns", at: 0, program: "socket_call_return" },
];

/** What is seen where OpenSSL copies it. */
export const COPY_PROGRAM = "ssl_copy";

/** They tell something together only. */
export const ARRIVAL_PROGRAMS: readonly string[] = ["arrival_note", "arrival_take"];

/** One line per kind of link: what this kernel says to it; no reason where it is offered. */
export interface LinkOffer {
  kind: LinkKind;
  offered: boolean;
  reason?: string;
}

/** Tries which links the kernel makes, without attaching anything. Best first. */
export function linkOffers(): LinkOffer[] {
  const multi = (kind: "session" | "multi"): LinkOffer => {
    const errno = nativeAddon().tryMultiLink(ATTACH_TYPE[kind]);
    if (errno === 0) return { kind, offered: true };
    const since = kind === "session" ? "Linux 6.13" : "Linux 6.6";
    return { kind, offered: false, reason: `${errnoName(errno)} (since ${since})` };
  };
  const perf = existsSync("/sys/bus/event_source/devices/uprobe/type");
  return [
    multi("session"),
    multi("multi"),
    perf
      ? { kind: "perf", offered: true }
      : { kind: "perf", offered: false, reason: "the kernel has no uprobe PMU (CONFIG_UPROBE_EVENTS)" },
  ];
}

/** Those whose sites are found on x86-64 only. Optional: whatever an older verifier says of them, OpenSSL is followed. */
const programsOfX64 = (kind: LinkKind): ProgramPlan[] => {
  const attachType = kind === "perf" ? ATTACH_TYPE.section : ATTACH_TYPE.multi;
  return process.arch === "x64"
    ? ["go_call_entry", "go_call_bytes", COPY_PROGRAM].map((name) => ({ name, attachType }))
    : [];
};

/** The programs of one rung. A program is verified for one attach type, so each rung loads its own. */
export function uprobePrograms(kind: LinkKind, returnBy: ReturnBy): ProgramPlan[] {
  switch (kind) {
    case "session":
      return [
        { name: "ssl_call_session", attachType: ATTACH_TYPE.session },
        { name: "ssl_entry", attachType: ATTACH_TYPE.multi },
      ];
    case "multi":
    case "perf": {
      const attachType = kind === "multi" ? ATTACH_TYPE.multi : ATTACH_TYPE.section;
      const atReturn = returnBy === "instruction" ? "ssl_call_ret" : "ssl_call_return";
      return ["ssl_call_entry", atReturn, "ssl_entry"].map((name) => ({ name, attachType }));
    }
  }
}

export interface Loaded {
  objectPath: string;
  session: NativeSession;
  link: LinkKind;
  programs: string[];
  absent: { program: string; reason: string }[];
  returnBy: ReturnBy;
  seenAt: SeenAt;
  refusedLinks: { kind: LinkKind; reason: string }[];
}

/** Loads one object by the best rung the kernel takes; drops optional programs that it refuses, and says which and why. */
export function loadBuild(options: SessionOptions): Loaded {
  const offers = linkOffers();
  const order: LinkKind[] = ["session", "multi", "perf"];
  const returnBy = options.returnBy ?? usualReturnBy(release(), process.arch);
  // A session is an entry and a return probe in one.
  const best = options.bestLink ?? "session";
  const rungs = order.slice(order.indexOf(returnBy === "instruction" && best === "session" ? "multi" : best));
  const refusedLinks: Loaded["refusedLinks"] = [];
  let last: unknown = new NativeError(
    "choose a link",
    95,
    offers.map((o) => `${o.kind}: ${o.reason}`).join(", "),
  );
  for (const link of rungs) {
    const offer = offers.find((each) => each.kind === link);
    if (!offer?.offered) {
      refusedLinks.push({ kind: link, reason: offer?.reason ?? "unknown" });
      continue;
    }
    try {
      const loaded = loadRung(options, link, returnBy);
      const isCopySeen = options.seenAt !== "call" && loaded.programs.includes(COPY_PROGRAM);
      const seenAt = isCopySeen ? usualSeenAt(release()) : "call";
      return { ...loaded, objectPath: options.objectPath, returnBy, seenAt, refusedLinks };
    } catch (error) {
      // The session rung has programs of its own; where they are refused the next rung may still be taken.
      if (!(error instanceof NativeError) || error.passing || link === "perf") throw error;
      refusedLinks.push({ kind: link, reason: error.message });
      last = error;
    }
  }
  throw last;
}

function loadRung(
  options: SessionOptions,
  link: LinkKind,
  returnBy: ReturnBy,
): Omit<Loaded, "objectPath" | "returnBy" | "seenAt" | "refusedLinks"> {
  const required = [...uprobePrograms(link, returnBy), ...plan("required")];
  const instead = plan("instead");
  const spared = options.withoutPrograms ?? [];
  let optional = [
    ...programsOfX64(link),
    ...plan("optional"),
    ...plan("asked"),
    ...(options.clearText ? clearTextPrograms : []),
    ...(options.extraPrograms ?? []).map(section),
  ];
  const absent: Loaded["absent"] = [];
  const doWithout = (refused: string, reason: string): void => {
    const words = isOfClearText(refused) ? withoutClearText(reason) : reason;
    if (!isAsked(refused)) absent.push({ program: refused, reason: words });
    optional = optional.filter(
      ({ name }) => name !== refused && !(isOfClearText(refused) && isOfClearText(name)),
    );
    if (isSocketTracepoint(refused)) optional.push(...instead.splice(0));
  };
  for (const name of spared) doWithout(name, "left out");
  for (;;) {
    const programs = [...required, ...optional];
    try {
      const addon = nativeAddon();
      const session = native(() => new addon.Session(options.objectPath, programs, options.mapEntries ?? {}));
      const loaded = programs.map((each) => each.name);
      if (readsClearText(loaded)) putFollowedCalls(session);
      const lacking = loaded.includes("socket_syscall")
        ? absent.filter(({ program }) => !isSocketTracepoint(program))
        : absent;
      return { session, link, programs: loaded, absent: lacking };
    } catch (error) {
      const isRefusal = error instanceof NativeError && !error.passing;
      const refused = isRefusal ? refusedProgram(error, optional) : undefined;
      if (refused === undefined) throw error;
      doWithout(refused, (error as NativeError).message);
    }
  }
}

/** @throws NativeError that names the program, and then the session is closed */
function putFollowedCalls(session: NativeSession): void {
  try {
    for (const { map, at, program } of FOLLOWED_CALLS) native(() => session.putProgram(map, at, program));
  } catch (error) {
    session.close();
    throw error;
  }
}

/** libbpf loads a whole object or nothing; its messages name the program that it gave up on last. */
function refusedProgram(error: NativeError, optional: ProgramPlan[]): string | undefined {
  const named = [...error.message.matchAll(/prog(?:ram)? '([a-z0-9_]+)'/g)].map((match) => match[1]);
  const refused = named.at(-1);
  return optional.some((each) => each.name === refused) ? refused : undefined;
}

/** Whether HTTP in clear is read, by the programs that are loaded. */
export const readsClearText = (programs: readonly string[]): boolean =>
  clearTextPrograms.every(({ name }) => programs.includes(name));

/** What is missing of these is said when a policy asks. */
const isAsked = (name: string): boolean => ARRIVAL_PROGRAMS.includes(name);

const isSocketTracepoint = (name: string): boolean => name === "socket_send" || name === "socket_receive";

const section = (name: string): ProgramPlan => ({ name, attachType: ATTACH_TYPE.section });

const plan = (need: (typeof TRACEPOINTS)[keyof typeof TRACEPOINTS]): ProgramPlan[] =>
  Object.entries(TRACEPOINTS)
    .filter(([, which]) => which === need)
    .map(([name]) => section(name));

/** They read HTTP in clear together only. */
const clearTextPrograms = [...plan("clear"), ...FOLLOWED_CALLS.map(({ program }) => section(program))];

const isOfClearText = (program: string): boolean => clearTextPrograms.some(({ name }) => name === program);

const withoutClearText = (reason: string): string => `HTTP in clear is not read: ${reason}`;

/** Attaches what is not a probe; an optional one that the kernel refuses is moved to `absent`. */
export function attachTracepoints(loaded: Loaded): void {
  for (const [name, need] of Object.entries(TRACEPOINTS)) {
    if (need === "asked" || need === "clear" || !loaded.programs.includes(name)) continue;
    try {
      native(() => loaded.session.attachTracepoint(name));
    } catch (error) {
      if (need === "required" || !(error instanceof NativeError)) throw error;
      loaded.programs = loaded.programs.filter((each) => each !== name);
      loaded.absent.push({ program: name, reason: error.message });
    }
  }
  if (readsClearText(loaded.programs)) attachClearText(loaded);
}

/** Both or none: one alone would slow the host for nothing, or follow connections whose end it does not see. */
function attachClearText(loaded: Loaded): void {
  const links: number[] = [];
  const names = plan("clear").map(({ name }) => name);
  try {
    for (const name of names) links.push(native(() => loaded.session.attachTracepoint(name)));
  } catch (error) {
    loaded.session.detach(...links);
    if (!(error instanceof NativeError)) throw error;
    loaded.programs = loaded.programs.filter((name) => !isOfClearText(name));
    loaded.absent.push({ program: names[links.length] ?? "", reason: withoutClearText(error.message) });
  }
}
