import { setImmediate as ioTurn } from "node:timers/promises";
import { type NativeSession, nativeAddon } from "../capture/native-addon.js";
import { missCalls } from "./missed-calls.js";

/*
 * To be loaded before the agent (NODE_OPTIONS=--import=…), for benchmarks: takes all its probes and tracepoints away at a SIGUSR2, and puts
 * them back at the next, while it runs. Each is answered by a line of standard output.
 */

/** What the agent attached; absent: it is away. */
interface Link {
  attach(): number;
  id?: number;
}

const addon = nativeAddon();
const Session = addon.Session;
/** by the ids that the agent knows */
const links = new Map<number, Link>();
let session: InstanceType<typeof Session> | undefined;
let stand = true;
let last = 0;

const follow = (attach: () => number): number => {
  const link: Link = { attach };
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
    return follow(() => super.attachMulti(...parameters));
  }

  override attachPerf(...parameters: Parameters<NativeSession["attachPerf"]>): number {
    return follow(() => super.attachPerf(...parameters));
  }

  override attachTracepoint(program: string): number {
    return follow(() => super.attachTracepoint(program));
  }

  override detach(...ids: number[]): void {
    super.detach(...idsOf(ids.flatMap((id) => links.get(id) ?? [])));
    for (const id of ids) links.delete(id);
  }
};

const takeAway = (): void => {
  const all = [...links.values()];
  if (session) Session.prototype.detach.apply(session, idsOf(all));
  for (const link of all) delete link.id;
  stand = false;
};

/** One after the other, each in a turn of its own: what those see that stand already has to be taken meanwhile. */
const putBack = async (): Promise<void> => {
  if (session) missCalls(session);
  for (const link of links.values()) {
    link.id ??= link.attach();
    await ioTurn();
  }
  stand = true;
};

process.on("SIGUSR2", async () => {
  if (stand) takeAway();
  else await putBack();
  process.stdout.write(stand ? "probes stand\n" : "probes are away\n");
});
