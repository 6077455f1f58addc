import { existsSync } from "node:fs";
import { release } from "node:os";
import { ATTACH_TYPE, type NativeSession, native, nativeAddon, type ProgramPlan } from "./native-addon.js";
import { errnoName, NativeError } from "./native-error.js";
import type { LinkKind, SessionOptions } from "./native-session.js";
import { type ReturnBy, usualReturnBy } from "./return-probes.js";
import { type SeenAt, usualSeenAt } from "./seen-at.js";
import {
  clearTextPrograms,
  isAsked,
  isOfClearText,
  isSocketTracepoint,
  plan,
  putFollowedCalls,
  readsClearText,
  section,
  standsIn,
  tellsSocketsOnly,
  withoutClearText,
} from "./tracepoint-plans.js";

/** What is seen where OpenSSL copies it. */
export const COPY_PROGRAM = "ssl_copy";

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

/** Optional: whatever an older verifier says of them, OpenSSL is followed. Where OpenSSL copies is found on x86-64 only. */
const programsOfGoAndCopies = (kind: LinkKind): ProgramPlan[] => {
  const attachType = kind === "perf" ? ATTACH_TYPE.section : ATTACH_TYPE.multi;
  return ["go_call_entry", "go_call_bytes", ...(process.arch === "x64" ? [COPY_PROGRAM] : [])].map(
    (name) => ({
      name,
      attachType,
    }),
  );
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
    ...programsOfGoAndCopies(link),
    ...plan("socket"),
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
      const lacking = loaded.some(standsIn)
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

/** libbpf loads a whole object or nothing; its messages name the program that it gave up on last. */
function refusedProgram(error: NativeError, optional: ProgramPlan[]): string | undefined {
  const named = [...error.message.matchAll(/prog(?:ram)? '([a-z0-9_]+)'/g)].map((match) => match[1]);
  const refused = named.at(-1);
  return optional.some((each) => each.name === refused) ? refused : undefined;
}

/** Attaches what is not a probe; an optional one that the kernel refuses is moved to `absent`. */
export function attachTracepoints(loaded: Loaded): void {
  for (const { name } of plan("required")) native(() => loaded.session.attachTracepoint(name));
  if (readsClearText(loaded.programs)) attachClearText(loaded);
  if (!readsClearText(loaded.programs)) attachSockets(loaded);
  else loaded.absent = loaded.absent.filter(({ program }) => !tellsSocketsOnly(program));
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

function attachSockets(loaded: Loaded): void {
  for (const name of loaded.programs.filter(tellsSocketsOnly)) {
    try {
      native(() => loaded.session.attachTracepoint(name));
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      loaded.programs = loaded.programs.filter((each) => each !== name);
      loaded.absent.push({ program: name, reason: error.message });
    }
  }
}
