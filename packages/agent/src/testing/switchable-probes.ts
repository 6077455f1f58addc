import { setImmediate as ioTurn } from "node:timers/promises";
import { type NativeSession, nativeAddon } from "../capture/native-addon.js";
import { missCalls } from "./missed-calls.js";

/*
 * To be loaded before the agent (NODE_OPTIONS=--import=…), for benchmarks: takes all its probes and tracepoints away at a SIGUSR2, and puts
 * them back at the next, while it runs. Each is answered by a line of standard output that begins with how many there were.
 */

interface Link {
  attach(): number;
  /** The program takes calls when they return: it is attached first and detached last, since an entry without its return would stay. */
  atReturn: boolean;
  /** what it is attached as; absent: it is away */
  id?: number;
}

const addon = nativeAddon();
const Session = addon.Session;
/** by the ids that the agent knows */
const links = new Map<number, Link>();
let session: InstanceType<typeof Session> | undefined;
let stand = true;
let last = 0;
let switches = 0;

const follow = (program: string, attach: () => number): number => {
  const link: Link = { attach, atReturn: /_ret(urn)?$/.test(program) };
  if (stand) link.id = attach();
  links.set(++last, link);
  return last;
};

const idsOf = (gone: readonly Link[]): number[] => gone.flatMap(({ id }) => id ?? []);

addon.Session = class extends Session {
  constructor(...parameters: ConstructorParameters<typeof Session>) {
    super(...parameters);
    session = this;
  }

  override attachMulti(...parameters: Parameters<NativeSession["attachMulti"]>): number {
    return follow(parameters[0], () => super.attachMulti(...parameters));
  }

  override attachPerf(...parameters: Parameters<NativeSession["attachPerf"]>): number {
    return follow(parameters[0], () => super.attachPerf(...parameters));
  }

  override attachTracepoint(program: string): number {
    return follow(program, () => super.attachTracepoint(program));
  }

  override detach(...ids: number[]): void {
    super.detach(...idsOf(ids.flatMap((id) => links.get(id) ?? [])));
    for (const id of ids) links.delete(id);
  }
};

const takeAway = (): void => {
  stand = false;
  for (const atReturn of [false, true]) {
    const gone = [...links.values()].filter((link) => link.atReturn === atReturn);
    if (session) Session.prototype.detach.apply(session, idsOf(gone));
    for (const link of gone) delete link.id;
  }
};

/** One after the other, each in a turn of its own: what those see that stand already has to be taken meanwhile. */
const putBack = async (): Promise<void> => {
  stand = true;
  if (session) missCalls(session);
  for (const atReturn of [true, false])
    for (const link of links.values()) {
      if (link.atReturn !== atReturn || link.id !== undefined) continue;
      link.id = link.attach();
      await ioTurn();
    }
};

process.on("SIGUSR2", async () => {
  if (stand) takeAway();
  else await putBack();
  process.stdout.write(`${++switches} ${stand ? "probes stand" : "probes are away"}\n`);
});
